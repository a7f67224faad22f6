import { z } from 'zod';
import type { InfluxSettings } from '../../../config/settings.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import { type Archive, ArchiveUnavailable, FIND_MAX_POINTS, FIND_WITHIN_MS, type OnRefused } from './archive.ts';
import { toArchivedPoint } from './archived-point.ts';
import { InfluxHttp, unavailable } from './http.ts';
import { formatLine } from './line-protocol.ts';
import type { ArchivedPoint, Point } from './point.ts';
import { isRefusal, refusedWith, type Sent, WriteAround } from './refusal.ts';

export type InfluxV3Settings = Extract<InfluxSettings, { api: 'v3' }>;

/** Rows as objects; `time` without a zone means UTC. Source: InfluxDB 3 Core API reference, /api/v3/query_sql. */
const Rows = z.array(z.record(z.string(), z.unknown()));
/** Before the first alarm was written there is no table, or no database, and nothing to find. */
const NOTHING_YET = /table '?[\w.]*alarm'? not found|database not found/i;

/**
 * InfluxDB 3 (Core, Enterprise) by /api/v3/write_lp and /api/v3/query_sql. It makes database and tables by itself at
 * the first write. A batch is taken whole or not at all, so that a refusal stores nothing by halves.
 */
export function openInfluxV3(settings: InfluxV3Settings, onRefused: OnRefused): Archive {
  return new InfluxV3(settings, onRefused);
}

class InfluxV3 implements Archive {
  readonly #http: InfluxHttp;
  readonly #database: string;
  readonly #around: WriteAround;

  constructor({ url, database, token }: InfluxV3Settings, onRefused: OnRefused) {
    this.#http = new InfluxHttp(url, `Bearer ${token}`);
    this.#database = database;
    this.#around = new WriteAround((points) => this.#send(points), onRefused);
  }

  write = (points: readonly Point[]): Promise<void> => this.#around.write(points);

  async find(alarm: string, around: number): Promise<readonly ArchivedPoint[]> {
    const [from, to] = [new Date(around - FIND_WITHIN_MS), new Date(around + FIND_WITHIN_MS)];
    const q = `SELECT * FROM alarm WHERE alarm = $alarm AND time >= $from::TIMESTAMP AND time <= $to::TIMESTAMP ORDER BY time LIMIT ${FIND_MAX_POINTS}`;
    const params = { alarm, from: from.toISOString(), to: to.toISOString() };
    const json = { db: this.#database, q, params, format: 'json' };
    const answer = await this.#http.request({ method: 'POST', path: '/api/v3/query_sql', body: { json } });
    if (answer.status !== 200 && NOTHING_YET.test(answer.text)) return [];
    if (answer.status !== 200) throw unavailable('a query', answer);
    const rows = Rows.safeParse(parseJson(answer.text));
    if (!rows.success) throw new ArchiveUnavailable(`not an InfluxDB 3 answer: ${answer.text.slice(0, 100)}`);
    return rows.data.map((row) => toArchivedPoint('alarm', parseTime(String(row['time'])), row));
  }

  async check(): Promise<Result<void, string>> {
    try {
      await this.find('00000000-0000-7000-8000-000000000000', Date.now());
      return ok(undefined);
    } catch (error) {
      return failed(error instanceof Error ? error.message : String(error));
    }
  }

  refused = (): number => this.#around.refused();
  close = (): Promise<void> => this.#http.close();

  async #send(points: readonly Point[]): Promise<Sent> {
    // `nanosecond` must be said: by itself the server guesses the unit from how large a time is.
    const query = { db: this.#database, precision: 'nanosecond', accept_partial: 'false', no_sync: 'false' };
    const body = points.map(formatLine).join('\n');
    const answer = await this.#http.request({ method: 'POST', path: '/api/v3/write_lp', query, body });
    if (answer.status === 204) return ok(undefined);
    if (isRefusal(answer.status)) return refusedWith(answer.text);
    throw unavailable('a write', answer);
  }
}

/** Milliseconds of `2026-06-01T00:00:00.000000007`, whose last digits are the journal's number. */
const parseTime = (text: string): number =>
  Date.parse(text.replace(/(\.\d{3})\d*(Z?)$/, '$1$2').replace(/(?<!Z)$/, 'Z'));

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // told as "not an InfluxDB 3 answer"
  }
}
