import { type DBSchema, openDB } from 'idb';
import type { OutboxEntry } from './entry.ts';
import type { Shelf } from './outbox.ts';

interface Tables extends DBSchema {
  acts: { key: string; value: OutboxEntry };
}

const NAME = 'fengsui.outbox';

/** In the browser's own database. Throws where it has none, as in some private windows. */
export async function openShelf(): Promise<Shelf> {
  const database = await openDB<Tables>(NAME, 1, {
    upgrade: (tables) => void tables.createObjectStore('acts', { keyPath: 'id' }),
  });
  return {
    all: () => database.getAll('acts'),
    put: async (entry) => void (await database.put('acts', entry)),
    remove: (id) => database.delete('acts', id),
  };
}

/** For as long as the page is open. */
export function shortShelf(): Shelf {
  const acts = new Map<string, OutboxEntry>();
  return {
    all: async () => [...acts.values()],
    put: async (entry) => void acts.set(entry.id, entry),
    remove: async (id) => void acts.delete(id),
  };
}
