import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/*
 * What the gateways of the whole suite said, and the secrets that the suite used, for the search at the end of
 * `npm test` (setup/nothing-secret.mjs). A run that names no folder keeps nothing.
 */
const FOLDER = process.env['FENGSUI_TOLD_DIR'];
/** Bytes that one test process keeps; what is beyond is counted, and the search says how much was not looked at. */
const TOLD_MAX_BYTES = 128 * 1024 * 1024;
const FLUSH_BYTES = 256 * 1024;
/** A shorter secret is found in texts that do not mean it. */
const SECRET_MIN_CHARS = 8;
/** Nor does a password of plain words, such as `long enough`, prove anything where it stands. */
const PLAIN = /^[a-z ]*$/;

export const isTelling = FOLDER !== undefined;

/** Log lines, answers, metrics and exports. */
export function tell(text: string): void {
  if (FOLDER !== undefined) told.keep(text);
}

/** An export, where there is one. */
export function tellFile(path: string | undefined): void {
  if (FOLDER !== undefined && path !== undefined && existsSync(path)) tell(readFileSync(path, 'utf8'));
}

/** A file of key bytes, where there is one: as text they would stand in hex or in base64. */
export function secretKey(path: string): void {
  if (FOLDER === undefined || !existsSync(path)) return;
  for (const encoding of ['hex', 'base64'] as const) secret(readFileSync(path).toString(encoding).replace(/=+$/, ''));
}

/** A password, token or key of a test, handed back: from now on it may stand in nothing that is told. */
export function secret(text: string): string {
  if (FOLDER === undefined || text.length < SECRET_MIN_CHARS || known.has(text)) return text;
  known.add(text);
  appendFileSync(join(FOLDER, `secrets-${process.pid}.jsonl`), `${JSON.stringify(text)}\n`);
  return text;
}

/** Registers whatever a body calls a password, a secret, a token or a key. */
function secretsOf(body: unknown): void {
  if (FOLDER === undefined || typeof body !== 'object' || body === null) return;
  for (const [name, value] of Object.entries(body)) {
    if (typeof value !== 'string') secretsOf(value);
    else if (/^(?:.*password|secret|token|key|streamKey)$/i.test(name) && !PLAIN.test(value)) secret(value);
  }
}

/** The answers whose purpose is to hand a secret over; what is in them is one from then on. */
const HANDS_OVER = /\/(?:session|secret|push-address)(?:\?|$)/;

/** An answer of the API, and the secrets that went there with the question. */
export function tellAnswer({ method, path, body, ok, text }: Readonly<TellableAnswer>): void {
  if (FOLDER === undefined) return;
  secretsOf(typeof body === 'string' ? jsonOf(body) : body);
  if (ok && HANDS_OVER.test(path)) secretsOf(jsonOf(text));
  else tell(`${method} ${path} ${text}`);
}
type TellableAnswer = { method: string; path: string; body: unknown; ok: boolean; text: string };

/** Undefined for what is none, such as a table. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Writes what has been told so far to its file. */
export const flushTold = (): void => told.flush();

const known = new Set<string>();

class Told {
  #waiting: string[] = [];
  #waitingBytes = 0;
  #bytes = 0;
  #beyond = 0;

  keep(text: string): void {
    if (this.#bytes > TOLD_MAX_BYTES) this.#beyond += text.length;
    else this.#waiting.push(text.endsWith('\n') ? text : `${text}\n`);
    this.#waitingBytes += text.length;
    this.#bytes += text.length;
    if (this.#waitingBytes > FLUSH_BYTES) this.flush();
  }

  flush(): void {
    if (FOLDER === undefined) return;
    const file = (kind: string): string => join(FOLDER, `${kind}-${process.pid}`);
    if (this.#waiting.length > 0) appendFileSync(`${file('told')}.txt`, this.#waiting.join(''));
    if (this.#beyond > 0) appendFileSync(`${file('beyond')}.txt`, `${this.#beyond}\n`);
    [this.#waiting, this.#waitingBytes, this.#beyond] = [[], 0, 0];
  }
}
const told = new Told();
