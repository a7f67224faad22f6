import type { Credentials } from '../digest.ts';
import type { PtzHead } from '../ptz.ts';
import type { Quirks } from '../quirks.ts';
import type { EventBroker } from './broker.ts';
import type { PictureSettings } from './picture-settings.ts';
import type { Element } from './soap.ts';
import type { DeviceIo } from './terminals.ts';

export type CameraQuality = 'main' | 'sub';
export const PROFILES: readonly CameraQuality[] = ['main', 'sub'];

/** One camera as its ONVIF services see it. */
export type OnvifSite = Readonly<{
  id: string;
  name: string;
  credentials: Credentials;
  setPassword: (password: string) => void;
  /** How it misbehaves now. */
  readonly quirks: Quirks;
  /** The camera's own clock. */
  now: () => number;
  /** `http://127.0.0.1:8000`, where the services are. */
  baseUrl: () => string;
  rtspUrl: (quality: CameraQuality) => string;
  sizes: Readonly<Record<CameraQuality, Readonly<{ width: number; height: number; kbits: number }>>>;
  /** Undefined for a camera that cannot move. */
  head: PtzHead | undefined;
  broker: EventBroker;
  io: DeviceIo;
  picture: PictureSettings;
  /** The codec that Media2 names. */
  encodingTold: string;
  hasMedia2: boolean;
  snapshot: (quality: CameraQuality) => Promise<Uint8Array>;
  /** The next picture of this stream is a key picture. */
  startWithKey: (quality: CameraQuality) => void;
  reboot: () => Promise<void>;
}>;

export type Call = Readonly<{
  site: OnvifSite;
  body: Element;
  /** Id of the subscription that is spoken to, on its own address. */
  subscription: string;
}>;
