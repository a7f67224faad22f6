import type { Logger } from 'pino';
import type { DeviceNetworks } from '../../gateway/domain/device-networks.ts';
import type { VendorDesk } from '../vendor/desk.ts';
import type { Cut } from './frame-cutter.ts';

/** A protocol whose devices call us: how its frames are cut, and under which name its codec reads them. */
export type Protocol = Readonly<{
  family: string;
  topic: string;
  cut: Cut;
  maxBytes: number;
  /** Takes out of a frame what names or shows a person, before anything of it is judged or kept. */
  clean?: (frame: Buffer) => Buffer;
}>;

export type ServerPorts = Readonly<{
  protocol: Protocol;
  host: string;
  port: number;
  /** From where devices may call. */
  networks: DeviceNetworks;
  desk: VendorDesk;
  log: Logger;
  now: () => number;
}>;
