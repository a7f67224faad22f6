import type { Access } from '../../access/access.ts';
import { narrowedTo } from '../../access/granting.ts';
import { may } from '../../access/operator.ts';
import { check } from '../../domain/zod-fault.ts';
import { type SubscribeAnswer, SubscribeWish } from '../../http/contract/live.ts';
import { given, toIso } from '../../http/wire.ts';
import { CursorExpired, type Journal, type Seq } from '../../journal/journal.ts';
import { type Audiences, type Filter, keyOf, widest } from './audience.ts';
import { type Client, UP_TO_DATE } from './client.ts';
import type { Edge } from './edge.ts';
import type { Past } from './past.ts';
import type { Turns } from './turns.ts';

/** Parts of the log that one step of a replay looks at. */
const LOOKED_AT_MAX = 16;

export type SubscribingPorts = Readonly<{
  journal: Pick<Journal, 'read' | 'head'>;
  access: Access;
  edge: Edge;
  audiences: Audiences<Client>;
  past: Past;
  turns: Turns;
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
export function leave(client: Client, audiences: Audiences<Client>): number {
  client.turn += 1;
  if (client.audience !== undefined) {
    void client.socket.leave(UP_TO_DATE);
    audiences.leave(client.audience, client);
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

/** Sends what was missed piece by piece, the next one when the last has been taken, then lets the client in. */
async function catchUp(
  client: Client,
  filter: Filter,
  from: Seq,
  turn: number,
  { edge, audiences, past, turns, now }: SubscribingPorts,
): Promise<void> {
  const filterKey = keyOf(filter);
  const isWanted = (): boolean => client.turn === turn && client.isOpen;
  let cursor = from;
  /** What concerns nobody in this audience is passed over in the same step, within a bound. */
  const sendNext = (): { taken: Promise<void> } | undefined => {
    for (let looked = 0; looked < LOOKED_AT_MAX && cursor < edge.seq; looked += 1) {
      const { packed, last } = past.after(cursor, edge.seq, filter, filterKey);
      cursor = last;
      if (packed !== undefined) return { taken: client.sent(packed) };
    }
    return undefined;
  };
  past.begin();
  try {
    await edge.reached(from); // a page of GET /alarms may be ahead of the feed
    while (cursor < edge.seq && isWanted()) {
      const sent = await turns.do(() => (isWanted() ? sendNext() : undefined));
      await sent?.taken;
    }
  } finally {
    past.end();
  }
  // No pause between the last look at the edge and this: the next entry finds the client in its audience.
  if (!isWanted()) return;
  client.audience = audiences.join(filter, client);
  void client.socket.join(UP_TO_DATE);
  client.socket.emit('tick', { seq: edge.seq, at: toIso(now()) });
}
