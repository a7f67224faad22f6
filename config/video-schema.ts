import { z } from 'zod';
import type { Settings } from './settings.ts';

/* How pictures come in and go out beside the usual ways. */

const TCP_PORT = 'a TCP port such as 1935';

/** Off without ports: each viewer takes one of them, by UDP. */
export const WebRtc = z
  .strictObject({
    ports: z
      .string({ error: 'UDP ports, such as 40000-40099' })
      .regex(/^\d{4,5}-\d{4,5}$/, { error: 'UDP ports, such as 40000-40099' })
      .transform((ports): readonly [number, number] => {
        const [first = 0, last = 0] = ports.split('-').map(Number);
        return [first, last];
      })
      .refine(([first, last]) => first >= 1024 && first < last && last <= 65_535, {
        error: 'two different ports from 1024 to 65535, the lower one first',
      })
      .optional(),
    addresses: z
      .array(z.union([z.ipv4(), z.ipv6()], { error: 'an IP address, such as 203.0.113.7' }), {
        error: 'a list of addresses by which viewers reach this machine besides its own',
      })
      .max(10, { error: 'at most 10 addresses' })
      .default([]),
  })
  .transform(({ ports, addresses }): Settings['webrtc'] => (ports === undefined ? undefined : { ports, addresses }));

/** Off until a port is given; on this machine only until an address is. */
export const Rtmp = z
  .strictObject({
    host: z
      .union([z.ipv4(), z.ipv6()], { error: 'an IP address of this machine, such as 10.0.0.5' })
      .default('127.0.0.1'),
    port: z.int({ error: TCP_PORT }).min(1, { error: TCP_PORT }).max(65_535, { error: TCP_PORT }).optional(),
  })
  .transform(({ host, port }): Settings['rtmp'] => (port === undefined ? undefined : { host, port }));

export const Transcode = z.strictObject({
  hardware: z.enum(['auto', 'off'], { error: 'auto (hardware where there is any) or off' }).default('auto'),
});
