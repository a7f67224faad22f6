import type { Access } from '../../access/access.ts';
import { narrowedTo } from '../../access/granting.ts';
import { may } from '../../access/operator.ts';
import { covers } from '../../domain/scope.ts';
import { check } from '../../domain/zod-fault.ts';
import { type Change, type SubscribeAnswer, SubscribeWish } from '../../http/contract.ts';
import { given, toIso } from '../../http/wire.ts';
import { CursorExpired, type Journal, type Recorded, type Seq } from '../../journal/journal.ts';
import { type Audiences, type Filter, lets, widest } from './audience.ts';
import { type Client, UP_TO_DATE } from './client.ts';
import type { Edge } from './edge.ts';
import { newsOf, type Places } from './news.ts';

/** Entries of a replay that are read and sent before others get their turn. */
const REPLAY_PIECE = 200;

export type SubscribingPorts = Readonly<{
  journal: Pick<Journal, 'read' | 'head'>;
  access: Access;
  edge: Edge;
  audiences: Audiences;
  places: Places;
  now: () => number;
}>;

type Refusal = Extract<SubscribeAnswer, { ok: false }>;
const refused = (error: string): Refusal => ({ ok: false, error });

/**
 * Answers a subscription, then sends what the client has missed, then lets it into its room.
 * The answer's `seq` is where the feed goes on from: all that is in scope after it will come, and it is a safe cursor.
 */
export async function subscribe(
  client: Client,
  wish: unknown,
  ports: SubscribingPorts,
  answer: (answer: SubscribeAnswer) => void,
): Promise<void> {
  const checked = check(SubscribeWish, wish);
  if (!checked.ok) {
    const [{ field, expected }] = checked.error;
    return answer(refused(`bad-value: ${field}, expected ${expected}`));
  }
  const filter = filterOf(client, checked.value, ports.access);
  if ('error' in filter) return answer(filter);
  const { since } = checked.value;
  if (since !== undefined && !isHeld(since, ports)) return answer(refused('cursor-expired'));
  const turn = leave(client, ports.audiences);
  const from = since ?? ports.edge.seq;
  answer({ ok: true, seq: from, at: toIso(ports.now()) });
  await catchUp(client, filter, from, turn, ports);
}

/** Ends the client's subscription, also one that is still catching up. Answers the number of the next one. */
export function leave(client: Client, audiences: Audiences): number {
  client.turn += 1;
  if (client.audience !== undefined) {
    void client.socket.leave(client.audience.room);
    void client.socket.leave(UP_TO_DATE);
    audiences.leave(client.audience);
    client.audience = undefined;
  }
  return client.turn;
}

/** The rights are looked up anew: they may be others than at the handshake. */
function filterOf(
  client: Client,
  { regions, types, severities, gathered }: SubscribeWish,
  access: Access,
): Filter | Refusal {
  const holder = access.holderOfHash(client.socket.data.holder.tokenHash);
  if (holder === undefined) return refused('no-session');
  if (!may(holder.operator, 'alarm.read')) return refused('no-permission');
  const { scope } = holder.operator;
  const seen = narrowedTo(scope, regions);
  if (seen === undefined) return refused('out-of-scope');
  return {
    scope: given({ ...scope, regions: widest(seen) }),
    types,
    severities,
    isGathered: gathered === true,
  };
}

/** Whether the journal holds all that follows `since`; one from the future belongs to another journal. */
function isHeld(since: Seq, { journal }: SubscribingPorts): boolean {
  if (since > journal.head()) return false;
  try {
    journal.read(since, 1);
    return true;
  } catch (error) {
    if (error instanceof CursorExpired) return false;
    throw error;
  }
}

async function catchUp(
  client: Client,
  filter: Filter,
  from: Seq,
  turn: number,
  ports: SubscribingPorts,
): Promise<void> {
  const { edge, journal, audiences } = ports;
  let cursor = from;
  await edge.reached(from); // a page of GET /alarms may be ahead of the feed
  while (cursor < edge.seq) {
    if (!(await client.hasRoom()) || client.turn !== turn) return;
    const behind = journal.read(cursor, REPLAY_PIECE).filter(({ seq }) => seq <= edge.seq);
    send(client, filter, behind, ports.places);
    cursor = behind.at(-1)?.seq ?? cursor;
  }
  // No pause between the last look at the edge and this: the next entry finds the client in its room.
  if (client.turn !== turn || !client.isOpen) return;
  client.audience = audiences.join(filter);
  void client.socket.join([client.audience.room, UP_TO_DATE]);
}

function send({ socket }: Client, filter: Filter, entries: readonly Recorded[], places: Places): void {
  let changes: Change[] = [];
  const emitGathered = (): void => {
    if (changes.length > 0) socket.emit('changes', changes);
    changes = [];
  };
  for (const recorded of entries) {
    const news = newsOf(recorded, places);
    if (news?.kind === 'change' && lets(filter, news.where)) {
      if (filter.isGathered) changes.push(news.change());
      else socket.emit('change', news.change());
    }
    if (news?.kind === 'device' && news.where.some((place) => covers(filter.scope, place))) {
      emitGathered();
      socket.emit('device', news.device);
    }
  }
  emitGathered();
}
