import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf, type Operator } from '../access/operator.ts';
import { BAD_REASONS } from '../domain/bad-value.ts';
import { covers } from '../domain/scope.ts';
import type { DeadLetter } from '../domain/signal.ts';
import type { JournalQueries, Recorded, Seq } from '../journal/journal.ts';
import { DeadLetterPage } from './contract/dead-letters.ts';
import { listOf } from './contract/words.ts';
import { readCursor, writeCursor } from './cursor.ts';
import type { HttpPorts } from './ports.ts';
import { Refused, refusedValue } from './problems.ts';
import { seesDevice } from './scoped.ts';
import { toIso } from './wire.ts';

const Position = z.tuple([z.int()]);
const Query = z.object({
  reason: listOf(z.enum(BAD_REASONS)),
  device: listOf(z.string().max(64)),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(100).optional(),
});
type Filter = z.infer<typeof Query>;
type Found = Readonly<{ recorded: Recorded; letter: DeadLetter }>;

/** Entries looked through for one page: a rare reason may take several pages that are not full. */
const LOOKED_THROUGH_MAX = 5_000;
const READ_MAX = 500;

/** Messages that nobody could read (无法解析的报文), and the way to offer one again once its cause is mended. */
export const deadLetters: FastifyPluginAsyncZod<HttpPorts> = async (http, ports) => {
  const { access, journal, queries, registry, regions, deadLetters: letters } = ports;
  /** A letter of no device that we know could be anybody's: it is for those who see the whole tree. */
  const sees = (operator: Operator, { device }: DeadLetter): boolean => {
    const known = device === undefined ? undefined : registry.find(device);
    return known === undefined ? seesAll(operator) : seesDevice(operator, known);
  };
  const seesAll = ({ scope }: Operator): boolean => {
    const roots = regions.all().filter(({ parent }) => parent === undefined || regions.find(parent) === undefined);
    return roots.every(({ code }) => covers(scope, { region: code }));
  };

  http.get(
    '/dead-letters',
    {
      schema: { querystring: Query, response: { 200: DeadLetterPage } },
      preHandler: access.require('dead-letter.read'),
    },
    async ({ query, operator }) => {
      const before = readCursor(Position, query.cursor)?.[0];
      const accept = (letter: DeadLetter) => sees(operator, letter) && fits(query, letter);
      const { found, next } = lookThrough(queries, before, query.limit, accept);
      return { items: found.map(toItem), next: next === undefined ? undefined : writeCursor([next]) };
    },
  );

  http.post(
    '/dead-letters/:id/replay',
    {
      schema: { params: z.object({ id: z.coerce.number().int().min(1) }), response: { 204: z.undefined() } },
      preHandler: access.require('dead-letter.replay'),
    },
    async ({ params, operator }, reply) => {
      const [recorded] = queries.entriesOf(['dead-letter'], params.id + 1, 1);
      const letter = recorded?.seq === params.id ? letterOf(recorded) : undefined;
      if (letter === undefined || !sees(operator, letter)) {
        throw new Refused('not-found', { field: 'id', value: `${params.id}`, expected: 'a dead letter’s id' });
      }
      const replayed = await letters.replay(letter.topic, letter.payload);
      if (!replayed.ok) throw refusedValue(replayed.error);
      const entry = { kind: 'dead-letter-replayed' as const, letter: params.id, by: actorOf(operator) };
      const subject = `dead-letter/${params.id}`;
      await journal.append([{ subject, expectedVersion: undefined, entries: [{ entry, alarm: undefined }] }]);
      return reply.code(204).send();
    },
  );
};

function lookThrough(
  queries: Pick<JournalQueries, 'entriesOf'>,
  from: Seq | undefined,
  limit: number,
  accept: (letter: DeadLetter) => boolean,
): { found: readonly Found[]; next: Seq | undefined } {
  const found: Found[] = [];
  let before = from;
  for (let looked = 0; looked < LOOKED_THROUGH_MAX; looked += READ_MAX) {
    const batch = queries.entriesOf(['dead-letter'], before, READ_MAX);
    for (const recorded of batch) {
      const letter = letterOf(recorded);
      if (found.length === limit) return { found, next: before };
      before = recorded.seq;
      if (letter !== undefined && accept(letter)) found.push({ recorded, letter });
    }
    if (batch.length < READ_MAX) return { found, next: undefined };
  }
  return { found, next: before };
}

const letterOf = ({ entry }: Recorded): DeadLetter | undefined =>
  entry.kind === 'dead-letter' ? entry.letter : undefined;

const fits = ({ reason, device }: Filter, letter: DeadLetter): boolean =>
  (reason === undefined || reason.includes(letter.fault.reason)) &&
  (device === undefined || (letter.device !== undefined && device.includes(letter.device)));

const toItem = ({ recorded, letter }: Found) => ({
  id: `${recorded.seq}`,
  at: toIso(recorded.at),
  topic: letter.topic,
  device: letter.device,
  ...letter.fault,
  others: letter.others === undefined ? undefined : [...letter.others],
  payload: letter.payload,
});
