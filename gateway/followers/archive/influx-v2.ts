import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { flux, HttpError, InfluxDB, type WriteApi } from '@influxdata/influxdb-client';
import type { InfluxSettings } from '../../../config/settings.ts';
import { failed, ok, type Result } from '../../domain/result.ts';
import {
  type Archive,
  ArchiveUnavailable,
  FIND_MAX_POINTS,
  FIND_WITHIN_MS,
  type OnRefused,
  WRITE_MAX_POINTS,
} from './archive.ts';
import { toArchivedPoint } from './archived-point.ts';
import { parseRetryAfter, unavailable } from './http.ts';
import { formatLine } from './line-protocol.ts';
import type { ArchivedPoint, Point } from './point.ts';
import { isRefusal, refusedWith, type Sent, WriteAround } from './refusal.ts';

export type InfluxV2Settings = Extract<InfluxSettings, { api: 'v2' }>;

const ANSWER_WITHIN_MS = 10_000;
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;
/** Bodies above this are compressed on their way through a network; on one machine that only costs. */
const GZIP_FROM_BYTES = 1_000;

/** InfluxDB 2.x through its official client, which here carries requests and nothing else: no buffer, no retries. */
export function openInfluxV2(settings: InfluxV2Settings, onRefused: OnRefused): Archive {
  return new InfluxV2(settings, onRefused);
}

class InfluxV2 implements Archive {
  readonly #settings: InfluxV2Settings;
  readonly #influx: InfluxDB;
  readonly #agent: HttpAgent | HttpsAgent;
  readonly #around: WriteAround;

  constructor(settings: InfluxV2Settings, onRefused: OnRefused) {
    const { protocol } = new URL(settings.url);
    this.#settings = settings;
    this.#agent = new (protocol === 'https:' ? HttpsAgent : HttpAgent)({ keepAlive: true, maxSockets: 2 });
    this.#influx = new InfluxDB({
      url: settings.url,
      token: settings.token,
      timeout: ANSWER_WITHIN_MS,
      transportOptions: { agent: this.#agent },
    });
    this.#around = new WriteAround((points) => this.#send(points), onRefused);
  }

  write = (points: readonly Point[]): Promise<void> => this.#around.write(points);

  async find(alarm: string, around: number): Promise<readonly ArchivedPoint[]> {
    const { org, bucket } = this.#settings;
    const [start, stop] = [new Date(around - FIND_WITHIN_MS), new Date(around + FIND_WITHIN_MS)];
    const query = flux`from(bucket: ${bucket})
      |> range(start: ${start}, stop: ${stop})
      |> filter(fn: (r) => r._measurement == "alarm")
      |> pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")
      |> filter(fn: (r) => r.alarm == ${alarm})
      |> group()
      |> sort(columns: ["_time"])
      |> limit(n: ${FIND_MAX_POINTS})`;
    try {
      const rows = await this.#influx.getQueryApi(org).collectRows<Record<string, unknown>>(query);
      return rows.map((row) => toArchivedPoint('alarm', Date.parse(String(row['_time'])), row));
    } catch (error) {
      throw asUnavailable('a query', error);
    }
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

  async close(): Promise<void> {
    this.#agent.destroy();
  }

  async #send(points: readonly Point[]): Promise<Sent> {
    const api = this.#oneRequest();
    api.writeRecords(points.map(formatLine));
    try {
      await api.flush();
      return ok(undefined);
    } catch (error) {
      if (error instanceof HttpError && isRefusal(error.statusCode)) return refusedWith(error.body ?? error.message);
      throw asUnavailable('a write', error);
    }
  }

  /**
   * The client sends by itself once a batch is full, and then keeps the failure to itself: so a batch never fills,
   * and only our flush sends. An answer of ours from `writeFailed` keeps it from printing what failed.
   */
  #oneRequest(): WriteApi {
    const { url, org, bucket } = this.#settings;
    return this.#influx.getWriteApi(org, bucket, 'ns', {
      batchSize: WRITE_MAX_POINTS + 1,
      flushInterval: 0,
      maxRetries: 0,
      maxBufferLines: 0,
      writeFailed: (error) => Promise.reject(error),
      ...(LOOPBACK.test(new URL(url).hostname) ? {} : { gzipThreshold: GZIP_FROM_BYTES }),
    });
  }
}

/** Of the client's error only its words: the whole of it holds our request with the token. */
function asUnavailable(what: string, error: unknown): Error {
  if (!(error instanceof HttpError)) {
    const reason = error instanceof Error ? error.message : String(error);
    return new ArchiveUnavailable(`InfluxDB does not answer ${what}: ${reason}`);
  }
  const retryAfterMs = parseRetryAfter(error.headers?.['retry-after']);
  return unavailable(what, { status: error.statusCode, text: error.body ?? error.message, retryAfterMs });
}
