import { z } from 'zod';
import type { InfluxSettings } from '../../../config/settings.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import { type Archive, ArchiveUnavailable, FIND_MAX_POINTS, FIND_WITHIN_MS, type OnRefused } from './archive.ts';
import { toArchivedPoint } from './archived-point.ts';
import { InfluxHttp, unavailable } from './http.ts';
import { formatLine } from './line-protocol.ts';
import type { ArchivedPoint, Point } from './point.ts';
import { isRefusal, refusedWith, type Sent, WriteAround } from './refusal.ts';

export type InfluxV1Settings = Extract<InfluxSettings, { api: 'v1' }>;

const HOURS_POLICY = 'hours';
const isHour = ({ measurement }: Point): 'hours' | 'others' =>
  measurement === 'telemetry_hourly' ? 'hours' : 'others';

const Cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);
/** Source: InfluxDB 1.8 API reference, /query. A statement that fails does so inside a 200. */
const QueryAnswer = z.object({
  error: z.string().optional(),
  results: z
    .array(
      z.object({
        error: z.string().optional(),
        series: z.array(z.object({ columns: z.array(z.string()), values: z.array(z.array(Cell)) })).optional(),
      }),
    )
    .optional(),
});

type Rows = readonly Readonly<Record<string, z.infer<typeof Cell>>>[];

/** Five years. */
const KEEP_HOURS_DAYS = 1_825;

/** InfluxDB 1.x (tried: 1.6.7): /write and /query, basic authentication by header. Makes its database when missing. */
export function openInfluxV1(
  settings: InfluxV1Settings,
  onRefused: OnRefused,
  keepHoursDays = KEEP_HOURS_DAYS,
): Archive {
  return new InfluxV1(settings, onRefused, keepHoursDays);
}

class InfluxV1 implements Archive {
  readonly #http: InfluxHttp;
  readonly #database: string;
  readonly #keepDays: number | undefined;
  readonly #keepHoursDays: number;
  #isKeepingSet = false;
  /** Where hourly values go; undefined: where all goes. */
  #hoursPolicy: string | undefined;
  /** Why the days could not be set; the archive works on without. */
  #keepFault: string | undefined;
  readonly #around: WriteAround<[policy: string | undefined]>;

  constructor(
    { url, database, username, password, keepDays }: InfluxV1Settings,
    onRefused: OnRefused,
    keepHoursDays: number,
  ) {
    const basic = `Basic ${Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64')}`;
    this.#http = new InfluxHttp(url, username === undefined ? undefined : basic);
    this.#database = database;
    this.#around = new WriteAround((points, policy) => this.#send(points, policy), onRefused);
    this.#keepDays = keepDays;
    this.#keepHoursDays = keepHoursDays;
  }

  async write(points: readonly Point[]): Promise<void> {
    await this.#setKeeping();
    const { hours = [], others = [] } = Object.groupBy(points, isHour);
    await this.#around.write(others, undefined);
    await this.#around.write(hours, this.#hoursPolicy);
  }

  async find(alarm: string, around: number): Promise<readonly ArchivedPoint[]> {
    const [from, to] = [Math.trunc(around - FIND_WITHIN_MS), Math.trunc(around + FIND_WITHIN_MS)];
    const found = await this.#query(
      `SELECT * FROM "alarm" WHERE "alarm" = $alarm AND time >= ${from}ms AND time <= ${to}ms LIMIT ${FIND_MAX_POINTS}`,
      { alarm },
    );
    if (!found.ok) throw new ArchiveUnavailable(`InfluxDB refused the query: ${found.error}`);
    return found.value.map((row) => toArchivedPoint('alarm', Number(row['time']), row));
  }

  /** Reads before it makes the database: a user who may only write and read need not be able to. */
  async check(): Promise<Result<void, string>> {
    const look = () => this.find('00000000-0000-7000-8000-000000000000', 0);
    try {
      await look().catch(async () => {
        await this.#createDatabase();
        await look();
      });
      await this.#setKeeping();
      return this.#keepFault === undefined ? ok(undefined) : failed(this.#keepFault);
    } catch (error) {
      return failed(error instanceof Error ? error.message : String(error));
    }
  }

  refused = (): number => this.#around.refused();
  close = (): Promise<void> => this.#http.close();

  async #send(points: readonly Point[], policy: string | undefined): Promise<Sent> {
    const body = points.map(formatLine).join('\n');
    const query = { db: this.#database, precision: 'ns', ...(policy === undefined ? {} : { rp: policy }) };
    const write = () => this.#http.request({ method: 'POST', path: '/write', query, body });
    let answer = await write();
    if (answer.status === 404) {
      await this.#createDatabase(); // a new server, or one that was set up anew
      this.#isKeepingSet = false;
      await this.#setKeeping();
      answer = await write();
    }
    if (answer.status === 204) return ok(undefined);
    if (isRefusal(answer.status)) return refusedWith(answer.text);
    throw unavailable('a write', answer);
  }

  /**
   * Once: the policy that writes go to keeps as many days as the settings say. An existing one is changed, not joined
   * by a second, since queries look at the default one alone. A user who may not is told by `check`.
   */
  async #setKeeping(): Promise<void> {
    if (this.#keepDays === undefined || this.#isKeepingSet) return;
    const database = quoted(this.#database);
    const policies = await this.#query(`SHOW RETENTION POLICIES ON ${database}`, {});
    if (!policies.ok && policies.error.includes('database not found')) return; // the first write makes it
    const present = policies.ok ? policies.value.find((row) => row['default'] === true) : undefined;
    const policy = quoted(String(present?.['name'] ?? 'autogen'));
    const set = await this.#query(
      `ALTER RETENTION POLICY ${policy} ON ${database} DURATION ${this.#keepDays}d SHARD DURATION 1d DEFAULT`,
      {},
    );
    this.#isKeepingSet = true;
    this.#keepFault = set.ok ? undefined : `InfluxDB does not keep ${this.#keepDays} days: ${set.error}`;
    await this.#keepHours();
  }

  /** Hourly values outlive the rest, under a policy of their own; without the right to make one they go where all goes. */
  async #keepHours(): Promise<void> {
    const policy = `${quoted(HOURS_POLICY)} ON ${quoted(this.#database)}`;
    const lasting = `DURATION ${this.#keepHoursDays}d REPLICATION 1 SHARD DURATION 30d`;
    const made = await this.#query(`CREATE RETENTION POLICY ${policy} ${lasting}`, {});
    const set = made.ok ? made : await this.#query(`ALTER RETENTION POLICY ${policy} ${lasting}`, {});
    this.#hoursPolicy = set.ok ? HOURS_POLICY : undefined;
    if (!set.ok) this.#keepFault ??= `InfluxDB does not keep hourly values ${this.#keepHoursDays} days: ${set.error}`;
  }

  async #createDatabase(): Promise<void> {
    const made = await this.#query(`CREATE DATABASE ${quoted(this.#database)}`, {});
    if (!made.ok) throw new ArchiveUnavailable(`InfluxDB could not make the database: ${made.error}`);
  }

  async #query(q: string, params: Readonly<Record<string, string>>): Promise<Result<Rows, string>> {
    const body = new URLSearchParams({ db: this.#database, q, params: JSON.stringify(params), epoch: 'ms' });
    const answer = await this.#http.request({ method: 'POST', path: '/query', body });
    if (![200, 400, 403].includes(answer.status)) throw unavailable('a query', answer); // those speak of the statement
    const parsed = QueryAnswer.safeParse(parseJson(answer.text));
    if (!parsed.success) return failed(`not an InfluxDB 1.x answer: ${answer.text.slice(0, 100)}`);
    const [result] = parsed.data.results ?? [];
    const error = parsed.data.error ?? result?.error;
    return error === undefined ? ok(rowsOf(result?.series ?? [])) : failed(error);
  }
}

/** A name of InfluxQL in its quotes. */
const quoted = (name: string): string => `"${name.replace(/["\\]/g, '\\$&')}"`;

const rowsOf = (series: readonly Readonly<{ columns: string[]; values: z.infer<typeof Cell>[][] }>[]): Rows =>
  series.flatMap(({ columns, values }) =>
    values.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index] ?? null]))),
  );

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not JSON: the schema says what was expected
  }
}
