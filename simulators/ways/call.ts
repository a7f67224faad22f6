import { CallingDevice } from '../vendors/calling-device.ts';
import type { Mouth } from './mouth.ts';

/** Calls a server over TCP and keeps the connection, as terminals, panels and transmitters do. */
export async function openCall(url: string): Promise<Mouth<Uint8Array>> {
  const { hostname, port } = new URL(url);
  const device = await CallingDevice.call(Number(port), hostname);
  return { say: async (bytes) => device.send(bytes), close: async () => device.hangUp() };
}
