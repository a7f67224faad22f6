import type { Position } from './devices/cattle-collar.ts';
import type { DeviceEvent } from './devices/mqtt-device.ts';

/** What one device does: an event or a position over MQTT, or an ONVIF topic with its data. */
export type Deed =
  | Readonly<{ event: DeviceEvent }>
  | Readonly<{ position: Position }>
  | Readonly<{ onvif: readonly [topic: string, data: Readonly<Record<string, string | number | boolean>>] }>;

/** `afterMs` counts from the start of the scenario; steps stand in their order. */
export type Step = Readonly<{ afterMs: number; device: string }> & Deed;

/** A story as data, played over the real protocols by `playScenario`. */
export type Scenario = Readonly<{
  /** The file's name. */
  name: string;
  title: Readonly<{ zh: string; en: string }>;
  steps: readonly Step[];
  /** The alarms that have to follow; `npm run demo -- --check` waits for them. */
  raises: readonly Readonly<{ device: string; type: string }>[];
}>;
