import { type DeviceEvent, type DeviceOptions, MqttDevice } from './mqtt-device.ts';

type Report = Partial<Omit<DeviceEvent, 'type'>>;

/** A fence host beside the line (周界报警主机). */
export type RailwayFence = Readonly<{
  id: string;
  /** Somebody is at the fence: `{ active: true }`, and `{ active: false }` when nobody is any more. */
  intrude(report?: Report): Promise<void>;
  /** The sensing cable is cut, or mended with `{ active: false }`. */
  cutCable(report?: Report): Promise<void>;
  /** Says anything else that such a device may say. */
  report(event: DeviceEvent): Promise<void>;
  /** Voltage on the wires in kV, and of the battery in V. */
  measure(values: Readonly<{ fence_kv: number; battery_v: number }>): Promise<void>;
  stop(): Promise<void>;
  vanish(): Promise<void>;
}>;

export async function startRailwayFence(options: DeviceOptions): Promise<RailwayFence> {
  const device = await MqttDevice.open(options);
  return {
    id: device.id,
    intrude: (report = {}) => device.event({ type: 'railway.perimeter.intrusion', active: true, ...report }),
    cutCable: (report = {}) => device.event({ type: 'railway.perimeter.cable-cut', active: true, ...report }),
    measure: (values) => device.telemetry(values),
    report: (event) => device.event(event),
    stop: () => device.stop(),
    vanish: () => device.vanish(),
  };
}
