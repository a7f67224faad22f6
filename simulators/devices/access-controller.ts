import { type DeviceEvent, type DeviceOptions, MqttDevice } from './mqtt-device.ts';

/** A community door (门禁控制器): reports that it was forced or held open, and obeys `open` and `lock`. */
export type AccessController = Readonly<{
  id: string;
  /** Somebody breaks the door open. */
  force(): Promise<void>;
  /** The door stays open too long. */
  hold(): Promise<void>;
  /** The door is shut: whatever was reported is over. */
  close(): Promise<void>;
  /** Says anything else that such a device may say. */
  report(event: DeviceEvent): Promise<void>;
  bolt(): 'open' | 'locked';
  stop(): Promise<void>;
  vanish(): Promise<void>;
}>;

export async function startAccessController(options: DeviceOptions): Promise<AccessController> {
  let bolt: 'open' | 'locked' = 'locked';
  const reported = new Set<string>();
  const turn = (to: 'open' | 'locked') => () => {
    bolt = to;
    return { state: bolt };
  };
  const device = await MqttDevice.open(options, { open: turn('open'), lock: turn('locked') });
  const report = async (type: string): Promise<void> => {
    reported.add(type);
    await device.event({ type, active: true });
  };
  return {
    id: device.id,
    force: () => report('community.door.forced'),
    hold: () => report('community.door.held'),
    async close() {
      const over = reported.size === 0 ? ['community.door.forced'] : [...reported];
      reported.clear();
      for (const type of over) await device.event({ type, active: false });
    },
    bolt: () => bolt,
    report: (event) => device.event(event),
    stop: () => device.stop(),
    vanish: () => device.vanish(),
  };
}
