import { covers } from '../../domain/scope.ts';
import type { Change } from '../../http/contract.ts';
import type { Recorded } from '../../journal/journal.ts';
import { type Audience, type Audiences, lets } from './audience.ts';
import type { LiveNamespace } from './client.ts';
import { type News, newsOf, type Places } from './news.ts';

export const wallRoom = (id: string): string => `wall/${id}`;

/** Gives entries to all whom they concern, in order: an entry is encoded once for all rooms that it goes to. */
export function handOut(
  entries: readonly Recorded[],
  { clients, audiences, places }: { clients: LiveNamespace; audiences: Audiences; places: Places },
): void {
  const gathered = new Map<Audience, Change[]>();
  const emitGathered = (): void => {
    for (const [{ room }, changes] of gathered) clients.to(room).emit('changes', changes);
    gathered.clear();
  };
  for (const recorded of entries) {
    const news = newsOf(recorded, places);
    if (news === undefined) continue;
    if (news.kind === 'change') {
      emitChange(news, clients, audiences, gathered);
      continue;
    }
    if (news.kind === 'wall') {
      clients.to(wallRoom(news.wall.id)).emit('wall', news.wall);
      continue;
    }
    const rooms = roomsOfDevice(news, audiences);
    if (rooms.length === 0) continue;
    emitGathered(); // a client's cursor is the last seq it saw: nothing older may come after
    clients.to(rooms).emit('device', news.device);
  }
  emitGathered();
}

function emitChange(
  { where, change }: Extract<News, { kind: 'change' }>,
  clients: LiveNamespace,
  audiences: Audiences,
  gathered: Map<Audience, Change[]>,
): void {
  const rooms: string[] = [];
  const listening = [...audiences.above(where.region)].filter(({ filter }) => lets(filter, where));
  if (listening.length === 0) return;
  const written = change();
  for (const audience of listening) {
    if (!audience.filter.isGathered) {
      rooms.push(audience.room);
      continue;
    }
    const changes = gathered.get(audience) ?? [];
    gathered.set(audience, changes);
    changes.push(written);
  }
  if (rooms.length > 0) clients.to(rooms).emit('change', written);
}

function roomsOfDevice({ where }: Extract<News, { kind: 'device' }>, audiences: Audiences): string[] {
  const rooms = new Set<string>();
  for (const place of where) {
    for (const { room, filter } of audiences.above(place.region)) if (covers(filter.scope, place)) rooms.add(room);
  }
  return [...rooms];
}
