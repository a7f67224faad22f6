import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { OnFinished } from './influxdb.ts';
import { type ReadPoint, readLine, splitLines } from './line-protocol-reader.ts';
import { secret } from './told.ts';

type Answer = Readonly<{ status: number; body?: unknown; headers?: Record<string, string> }>;
const Question = z.strictObject({
  db: z.string(),
  q: z.string(),
  format: z.literal('json'),
  params: z.strictObject({ alarm: z.string(), from: z.iso.datetime(), to: z.iso.datetime() }),
});

/**
 * What InfluxDB 3 asks of a writer, and no more: Bearer token, database, precision, each line read strictly, each
 * column of one type and one role (tag or field) for ever, all of a batch or nothing. The real one cannot be had here.
 * Source: InfluxDB 3 Core API reference, POST /api/v3/write_lp and /api/v3/query_sql.
 */
export class StrictInfluxV3 {
  url = '';
  readonly token = secret('apiv3_a-token-that-is-long-enough');
  readonly database = 'alarms & more';
  /** By table, tags and time, as the server keeps them. */
  readonly points = new Map<string, ReadPoint>();
  readonly requests: string[] = [];
  /** Answers to give to the next requests in place of taking them. */
  readonly nextAnswers: Answer[] = [];
  readonly #columns = new Map<string, string>();

  async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://strict');
    this.requests.push(`${request.method} ${url.pathname}`);
    const content = await text(request);
    const { status, body, headers } = this.nextAnswers.shift() ?? this.#answer(request, url, content);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  }

  #answer(request: IncomingMessage, url: URL, content: string): Answer {
    if (request.headers.authorization !== `Bearer ${this.token}`) return refusal(401, 'unauthorized');
    if (request.method === 'POST' && url.pathname === '/api/v3/write_lp') return this.#write(url.searchParams, content);
    if (request.method === 'POST' && url.pathname === '/api/v3/query_sql') return this.#query(request, content);
    return refusal(404, 'not found');
  }

  #write(query: URLSearchParams, body: string): Answer {
    if (query.get('db') !== this.database) return refusal(404, 'database not found');
    if (query.get('precision') !== 'nanosecond') return refusal(400, 'these tests write nanoseconds');
    if (query.get('accept_partial') !== 'false') return refusal(400, 'these tests write all or nothing');
    const faults: { error_message: string; line_number: number; original_line: string }[] = [];
    const read = splitLines(body).flatMap((line, at) => {
      try {
        return [this.#checked(readLine(line))];
      } catch (error) {
        faults.push({ error_message: String(error), line_number: at + 1, original_line: line.slice(0, 40) });
        return [];
      }
    });
    if (faults.length > 0)
      return { status: 400, body: { error: 'parsing failed for write_lp endpoint', data: faults } };
    for (const point of read) this.#keep(point);
    return { status: 204 };
  }

  #checked(point: ReadPoint): ReadPoint {
    for (const [column, kind] of columnsOf(point)) {
      const known = this.#columns.get(column) ?? kind;
      if (known !== kind) throw new Error(`invalid column type for column '${column}', expected ${known}, got ${kind}`);
    }
    return point;
  }

  #keep(point: ReadPoint): void {
    for (const [column, kind] of columnsOf(point)) this.#columns.set(column, kind);
    this.points.set(`${point.measurement},${JSON.stringify(point.tags)} ${point.atNs}`, point);
  }

  /** Runs no SQL: takes the parameters as they stand, once the statement is the one that is expected. */
  #query(request: IncomingMessage, content: string): Answer {
    if (request.headers['content-type'] !== 'application/json') return refusal(400, 'not JSON');
    const asked = Question.safeParse(JSON.parse(content));
    if (!asked.success || asked.data.db !== this.database)
      return refusal(400, z.prettifyError(asked.error ?? new z.ZodError([])));
    if (
      !/^SELECT \* FROM alarm WHERE alarm = \$alarm AND time >= \$from::TIMESTAMP AND time <= \$to::TIMESTAMP /.test(
        asked.data.q,
      )
    )
      return refusal(400, 'SQL error');
    const rows = [...this.points.values()].filter(({ measurement }) => measurement === 'alarm');
    if (this.points.size === 0) return refusal(404, `database not found: ${this.database}`);
    if (rows.length === 0) return refusal(400, "Error during planning: table 'public.iox.alarm' not found");
    const { alarm, from, to } = asked.data.params;
    return {
      status: 200,
      body: rows
        .filter(({ fields }) => fields['alarm'] === alarm)
        .filter(isWithin(from, to))
        .map(toRow),
    };
  }
}

const refusal = (status: number, error: string): Answer => ({ status, body: { error } });
const isWithin =
  (from: string, to: string) =>
  ({ atNs }: ReadPoint) =>
    Number(atNs / 1_000_000n) >= Date.parse(from) && Number(atNs / 1_000_000n) <= Date.parse(to);

const columnsOf = ({ measurement, tags, fields }: ReadPoint): [string, string][] => [
  ...Object.keys(tags).map((key): [string, string] => [`${measurement}.${key}`, 'tag']),
  ...Object.entries(fields).map(([key, value]): [string, string] => [`${measurement}.${key}`, `field ${typeof value}`]),
];

/** As the server's JSON: times without a zone, to the nanosecond; columns without a value are null. */
const toRow = ({ tags, fields, atNs }: ReadPoint) => ({
  ...tags,
  ...Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, typeof value === 'bigint' ? Number(value) : value]),
  ),
  verdict: fields['verdict'] ?? null,
  time: `${new Date(Number(atNs / 1_000_000n)).toISOString().slice(0, -1)}${String(atNs % 1_000_000n).padStart(6, '0')}`,
});

export async function startStrictInfluxV3(onFinished: OnFinished): Promise<StrictInfluxV3> {
  const strict = new StrictInfluxV3();
  const server = createServer((request, response) => {
    strict.take(request, response).catch((error) => response.destroy(error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  strict.url = `http://127.0.0.1:${address.port}`;
  onFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return strict;
}
