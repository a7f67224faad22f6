import { Client } from 'undici';
import { TryLater } from '../follower.ts';
import { ArchiveUnavailable } from './archive.ts';

/** An archive that has not answered by then is asked again later. */
const ANSWER_WITHIN_MS = 10_000;
/** No answer of ours is larger: FIND_MAX_POINTS rows of about 1 KiB. */
const ANSWER_MAX_BYTES = 4 * 1024 * 1024;

export type Answer = Readonly<{ status: number; text: string; retryAfterMs: number | undefined }>;
export type InfluxRequest = Readonly<{
  method: 'GET' | 'POST';
  /** Below the address in the settings, `/write`. */
  path: string;
  query?: Readonly<Record<string, string>>;
  /** Text, a form, or a value to be sent as JSON. */
  body?: string | URLSearchParams | Readonly<{ json: unknown }>;
}>;

/** One connection to one InfluxDB: bounded in time and size, no redirects, credentials in a header and never in a URL. */
export class InfluxHttp {
  readonly #client: Client;
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(address: string, authorization: string | undefined) {
    const url = new URL(address);
    this.#client = new Client(url.origin, {
      maxResponseSize: ANSWER_MAX_BYTES,
      connect: { timeout: ANSWER_WITHIN_MS },
    });
    this.#base = url.pathname.replace(/\/$/, '');
    this.#headers = authorization === undefined ? {} : { authorization };
  }

  /** Any status is an answer. Throws ArchiveUnavailable when there is none. */
  async request({ method, path, query, body }: InfluxRequest): Promise<Answer> {
    const search = query === undefined ? '' : `?${new URLSearchParams(query)}`;
    try {
      const answer = await this.#client.request({
        method,
        path: `${this.#base}${path}${search}`,
        headers: {
          ...this.#headers,
          'content-type': contentTypeOf(body),
        },
        body: contentOf(body),
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      const retryAfterMs = parseRetryAfter(answer.headers['retry-after']);
      return { status: answer.statusCode, text: await answer.body.text(), retryAfterMs };
    } catch (error) {
      throw new ArchiveUnavailable(`InfluxDB does not answer ${path}: ${reasonOf(error)}`, undefined, { cause: error });
    }
  }

  close = (): Promise<void> => this.#client.destroy();
}

const contentTypeOf = (body: InfluxRequest['body']): string => {
  if (body instanceof URLSearchParams) return 'application/x-www-form-urlencoded';
  return typeof body === 'object' ? 'application/json' : 'text/plain; charset=utf-8';
};

const contentOf = (body: InfluxRequest['body']): string | null => {
  if (body instanceof URLSearchParams) return body.toString();
  return typeof body === 'object' ? JSON.stringify(body.json) : (body ?? null);
};

/** What to throw for an answer that is neither good nor a refusal of the data, so that the follower tries again. */
export function unavailable(what: string, { status, text, retryAfterMs }: Answer): Error {
  const message = `InfluxDB answered ${status} to ${what}: ${text.trim().slice(0, 200)}`;
  const cause = new ArchiveUnavailable(message, status);
  return retryAfterMs === undefined ? cause : new TryLater(message, retryAfterMs, { cause });
}

/** Whole seconds of a Retry-After header in ms; its other form, a date, is left out. Source: RFC 9110, 10.2.3. */
export function parseRetryAfter(header: string | readonly string[] | undefined): number | undefined {
  const text = typeof header === 'string' ? header : header?.[0];
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) * 1000 : undefined;
}

/** An error's own words; a failed connection to several addresses has them one level deeper. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
