import type { Json } from './json.ts';
import type { Place } from './place.ts';
import type { RegionCode } from './region.ts';

export type DeviceId = string;
export const DEVICE_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/;

export const DEVICE_KINDS = ['camera', 'access', 'railway', 'sensor', 'speaker', 'gateway', 'recorder'] as const;
export type DeviceKind = (typeof DEVICE_KINDS)[number];

/** Where the gateway calls a device. The password is written by people and never read by them. */
export type Connection = Readonly<{ url: string; username?: string; password?: string }>;

/** What the registry knows of a device (设备), apart from whether it is there now. */
export type Device = Readonly<{
  id: DeviceId;
  kind: DeviceKind;
  /** How it speaks: `onvif`, `rtsp`, `fengsui`, … names a file in the profiles catalogue. */
  profile: string;
  name: string;
  region: RegionCode;
  place: Place;
  /** Housing compound (小区) the device belongs to. */
  compound?: string;
  parent?: DeviceId;
  connection?: Connection;
  /** Cameras that see it, nearest first. */
  cameras?: readonly DeviceId[];
  /** The device's own words to alarm types. */
  types?: Readonly<Record<string, string>>;
  tags?: readonly string[];
  /** What it calls itself in its messages, where that is not its id: a serial number, a topic, `panel/zone`. */
  aliases?: readonly string[];
  /** IANA zone of a device that tells local time without one, such as Asia/Shanghai. */
  zone?: string;
  /** What only its profile understands, such as a cable's metres and kilometres. */
  settings?: Readonly<Record<string, Json>>;
  enabled: boolean;
  version: number;
}>;

/** Whether a device is there, and when it was last heard, in milliseconds since 1970. */
export type Presence = Readonly<{ online: boolean; lastSeenAt?: number }>;

/** The registry as the adapters see it: look-ups by id, and word of every change. */
export interface DeviceDirectory {
  find(id: DeviceId): Device | undefined;
  byProfile(profile: string): readonly Device[];
  /** Calls `listener` after each change; a removed device is `undefined`. Returns the way to stop listening. */
  onChange(listener: (id: DeviceId, device: Device | undefined) => void): () => void;
}
