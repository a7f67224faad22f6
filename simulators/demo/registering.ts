import { z } from 'zod';
import { type Api, Refused } from './api.ts';

const Known = z.object({ version: z.int() });

/** Puts each device into the registry, over what an earlier start left there. Cameras come first in the fleet. */
export async function registerAll(admin: Api, records: readonly Readonly<{ id: string }>[]): Promise<void> {
  for (const { id, ...record } of records) {
    const version = await knownVersion(admin, id);
    await admin.send('PUT', `/devices/${encodeURIComponent(id)}`, { ...record, ...(version && { version }) });
  }
}

async function knownVersion(admin: Api, id: string): Promise<number | undefined> {
  try {
    return Known.parse(await admin.send('GET', `/devices/${encodeURIComponent(id)}`)).version;
  } catch (error) {
    if (error instanceof Refused && error.status === 404) return undefined;
    throw error;
  }
}
