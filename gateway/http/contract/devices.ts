import { z } from 'zod';
import { DEVICE_KINDS } from '../../domain/device.ts';
import { DeviceIdText, IsoTime, listOf, Place, RegionCode } from './words.ts';

export const Connection = z.object({
  url: z.string().max(500),
  username: z.string().max(100).optional(),
  password: z.string().max(200).optional(),
});
export const DeviceInput = z
  .object({
    kind: z.enum(DEVICE_KINDS),
    profile: z.string().max(40),
    name: z.string().min(1).max(100),
    region: RegionCode,
    place: Place.default({}),
    compound: z.string().max(64).optional(),
    parent: DeviceIdText.optional(),
    connection: Connection.optional(),
    cameras: z.array(DeviceIdText).max(16).optional(),
    types: z.record(z.string(), z.string()).optional(),
    tags: z.array(z.string().max(200)).max(32).optional(),
    aliases: z.array(z.string().min(1).max(128)).max(64).optional(),
    zone: z.string().max(64).optional(),
    settings: z
      .record(z.string().max(64), z.json())
      .refine(({ sound }) => sound === undefined || typeof sound === 'boolean', {
        path: ['sound'],
        error: 'true where the camera may be heard, else false',
      })
      .optional(),
    enabled: z.boolean().default(true),
    /** The version that is replaced; absent for a new device. */
    version: z.int().optional(),
  })
  .meta({ id: 'DevicePut' }); // `DeviceInput` is what the OpenAPI page calls Device where it comes in
export type DeviceInput = z.input<typeof DeviceInput>;
export const Device = DeviceInput.omit({ connection: true, version: true })
  .extend({
    id: DeviceIdText,
    connection: Connection.omit({ password: true }).optional(),
    online: z.boolean(),
    lastSeenAt: IsoTime.optional(),
    version: z.int(),
  })
  .meta({ id: 'Device' });
export type Device = z.infer<typeof Device>;
export const DevicePage = z.object({ items: z.array(Device), next: z.string().optional(), seq: z.int() });
export const DeviceListQuery = z.object({
  region: listOf(RegionCode),
  kind: listOf(z.enum(DEVICE_KINDS)),
  online: z.enum(['true', 'false']).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
  cursor: z.string().max(100).optional(),
});

/** What a device measured last, by the names of its values; `at` is when, by the device's clock where that can be believed. */
export const DeviceTelemetry = z.object({
  items: z.array(z.object({ name: z.string(), value: z.number(), at: z.iso.datetime() })),
});

/** A device's secret, shown once: the gateway keeps a hash of it only. The device signs in to MQTT with its id and this. */
export const DeviceSecret = z.object({ secret: z.string() });

export const DeviceCommand = z.object({
  name: z.string().min(1).max(64),
  args: z.record(z.string(), z.unknown()).default({}),
});
export const DeviceReply = z.object({
  id: z.string(),
  ok: z.boolean(),
  result: z.unknown().optional(),
  error: z.string().optional(),
});

const RANGE = 'an IPv4 network of /16 or smaller inside deviceNetworks, such as 10.3.0.0/24';
/** Where to look for cameras beside WS-Discovery; each address is asked once, 50 in a second. */
export const DiscoverySearch = z.object({
  ranges: z
    .array(z.cidrv4({ error: RANGE }).refine((range) => Number(range.split('/')[1]) >= 16, { error: RANGE }))
    .max(16)
    .default([]),
  ports: z.array(z.int().min(1).max(65_535)).min(1).max(8).default([80]),
});
export const FoundCamera = z.object({
  address: z.string(),
  url: z.string(),
  name: z.string().optional(),
  hardware: z.string().optional(),
  /** Its own identity, `urn:uuid:…`. */
  endpoint: z.string().optional(),
  way: z.enum(['probe', 'scan']),
  /** A device of the registry that is called at the same address. */
  device: z.string().optional(),
});
export const DiscoveryStatus = z
  .object({
    state: z.enum(['never', 'running', 'done']),
    startedAt: IsoTime.optional(),
    endedAt: IsoTime.optional(),
    fault: z.string().optional(),
    /** Addresses of the ranges that were asked so far. */
    asked: z.int(),
    items: z.array(FoundCamera),
  })
  .meta({ id: 'DiscoveryStatus' });
