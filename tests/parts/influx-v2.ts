import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { createGunzip } from 'node:zlib';
import type { OnFinished } from './influxdb.ts';
import { type ReadPoint, readLine, splitLines } from './line-protocol-reader.ts';
import { secret } from './told.ts';

type Answer = Readonly<{ status: number; code?: string; message?: string; headers?: Record<string, string> }>;

/**
 * What InfluxDB 2.x asks of a writer, and no more: token, organisation, bucket, precision, each line read strictly,
 * each field of one type for ever, all of a batch or nothing. The real one cannot be had here as a package.
 * Source: InfluxDB 2.7 API, POST /api/v2/write and /api/v2/query.
 */
export class StrictInfluxV2 {
  url = '';
  readonly token = secret('a-token-that-is-long-enough');
  /** By series and time, as the server keeps them. */
  readonly points = new Map<string, ReadPoint>();
  readonly requests: string[] = [];
  /** Answers to give to the next writes in place of taking them; `silent` never answers. */
  readonly nextAnswers: (Answer | 'silent')[] = [];
  readonly #types = new Map<string, string>();

  async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', 'http://strict');
    this.requests.push(`${request.method} ${url.pathname}`);
    const body = request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request;
    const content = await text(body);
    const prepared = this.nextAnswers.shift();
    if (prepared === 'silent') return;
    if (url.pathname === '/api/v2/query' && request.headers.authorization === `Token ${this.token}`) {
      return void response.writeHead(200, { 'content-type': 'text/csv' }).end(this.#query(content));
    }
    const { status, code, message, headers } = prepared ?? this.#write(request, url, content);
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(status === 204 ? undefined : JSON.stringify({ code, message }));
  }

  #write(request: IncomingMessage, url: URL, body: string): Answer {
    const query = url.searchParams;
    if (request.method !== 'POST' || url.pathname !== '/api/v2/write')
      return { status: 404, message: 'path not found' };
    if (request.headers.authorization !== `Token ${this.token}`) return { status: 401, code: 'unauthorized' };
    if (query.get('org') !== 'yichun') return { status: 404, message: 'organization not found' };
    if (query.get('bucket') !== 'alarms & more') return { status: 404, message: 'bucket not found' };
    if (query.get('precision') !== 'ns') return { status: 400, message: 'these tests write nanoseconds' };
    try {
      const read = splitLines(body).map(readLine);
      const conflict = read.find((point) => this.#conflicts(point));
      if (conflict !== undefined) return { status: 422, message: `field type conflict in ${conflict.measurement}` };
      for (const point of read) this.#keep(point);
      return { status: 204 };
    } catch (error) {
      return { status: 400, code: 'invalid', message: String(error) };
    }
  }

  #conflicts({ measurement, fields }: ReadPoint): boolean {
    return Object.entries(fields).some(([key, value]) => {
      const known = this.#types.get(`${measurement}.${key}`);
      return known !== undefined && known !== typeof value;
    });
  }

  #keep(point: ReadPoint): void {
    for (const [key, value] of Object.entries(point.fields))
      this.#types.set(`${point.measurement}.${key}`, typeof value);
    this.points.set(`${point.measurement},${JSON.stringify(point.tags)} ${point.atNs}`, point);
  }

  /** Runs no Flux: takes the last quoted text for the alarm and the range as it stands, and answers in annotated CSV. */
  #query(content: string): string {
    const { query } = JSON.parse(content) as { query: string };
    const alarm = [...query.matchAll(/r\.alarm == "([^"]*)"/g)][0]?.[1];
    const [from = 0, to = 0] = [...query.matchAll(/(?:start|stop): ([0-9TZ:.-]+)/g)].map((found) =>
      Date.parse(found[1] ?? ''),
    );
    const found = [...this.points.values()].filter(({ measurement, fields, atNs }) => {
      const at = Number(atNs / 1_000_000n);
      return measurement === 'alarm' && fields['alarm'] === alarm && at >= from && at < to;
    });
    return found.map(asCsv).join('\r\n');
  }
}

const DATATYPES = { string: 'string', number: 'double', bigint: 'long', boolean: 'boolean' } as const;

function asCsv({ tags, fields, atNs }: ReadPoint): string {
  const values = { _time: new Date(Number(atNs / 1_000_000n)).toISOString(), ...tags, ...fields };
  const datatype = (key: string, value: string | number | bigint | boolean) =>
    key === '_time' ? 'dateTime:RFC3339' : DATATYPES[typeof value as keyof typeof DATATYPES];
  const quoted = (value: unknown) => `"${String(value).replaceAll('"', '""')}"`;
  const names = Object.keys(values);
  return [
    `#datatype,string,long,${Object.entries(values)
      .map(([key, value]) => datatype(key, value))
      .join(',')}`,
    `#group,false,false,${names.map(() => 'false').join(',')}`,
    `#default,_result,,${names.map(() => '').join(',')}`,
    `,result,table,${names.join(',')}`,
    `,,0,${Object.values(values).map(quoted).join(',')}`,
    '',
  ].join('\r\n');
}

export async function startStrictInfluxV2(onFinished: OnFinished): Promise<StrictInfluxV2> {
  const strict = new StrictInfluxV2();
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
