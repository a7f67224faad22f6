import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Part } from '../family.ts';
import { EventStreamDevice } from '../vendors/event-stream.ts';
import type { Mouth } from './mouth.ts';

/** Stands at an address and gives its events to whoever reads. What nobody reads is lost, as with a real one. */
export async function openStream(url: string, boundary: string, password?: string): Promise<Mouth<Part>> {
  const { hostname: host, port } = new URL(url);
  const credentials = { username: 'fengsui', password: password ?? randomBytes(9).toString('base64url') };
  const device = new EventStreamDevice({ credentials, boundary, host, port: Number(port) });
  await device.open();
  return {
    say: async ({ contentType, body }) => {
      if (device.viewers === 0) await once(device, 'viewer');
      device.send(contentType, body);
    },
    close: () => device.close(),
    connection: { url: device.url, ...credentials },
  };
}
