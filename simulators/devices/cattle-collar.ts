import { type DeviceEvent, type DeviceOptions, MqttDevice } from './mqtt-device.ts';

/** WGS-84 degrees. */
export type Position = Readonly<{ lng: number; lat: number }>;

/** A collar on a cow near the line (耕牛项圈). */
export type CattleCollar = Readonly<{
  id: string;
  /** Reports where the animal is; `battery` in per cent. */
  moveTo(position: Position, battery?: number): Promise<void>;
  /** What the collar itself says of its distance to the line, such as `railway.cattle.warning`. */
  report(event: DeviceEvent): Promise<void>;
  position(): Position | undefined;
  stop(): Promise<void>;
  vanish(): Promise<void>;
}>;

export async function startCattleCollar(options: DeviceOptions): Promise<CattleCollar> {
  const device = await MqttDevice.open(options);
  let position: Position | undefined;
  return {
    id: device.id,
    async moveTo({ lng, lat }, battery = 87) {
      position = { lng, lat };
      await device.telemetry({ lng, lat, battery });
    },
    report: (event) => device.event(event),
    position: () => position,
    stop: () => device.stop(),
    vanish: () => device.vanish(),
  };
}
