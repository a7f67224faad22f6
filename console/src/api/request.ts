import type { Problem } from '../../../gateway/http/contract/problem.ts';
import { newId } from './new-id.ts';

export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

export type Ask = Readonly<{
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** JSON, or a file as it is. */
  body?: unknown;
  /** The same key is the same act: a repeat of a write that may have arrived carries the key of its first attempt. */
  key?: string;
  timeoutMs?: number;
}>;

/** Problem types that are the console's own: the gateway was not reached, or gave no answer in time. */
export const UNREACHABLE = 'fengsui:unreachable';
export const TIMED_OUT = 'fengsui:timed-out';

const TIMEOUT_MS = 15_000;

let onSignedOut = (): void => {};
/** Called when the gateway no longer knows the session. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

/**
 * One call to the gateway, under /api/v1. What goes wrong comes back as problem details (RFC 9457), never thrown.
 * The answer is taken to have the contract's shape: both ends are built from the same file, the gateway checks what it
 * sends, and a second check here would bring zod to every phone.
 */
export async function ask<T>(path: string, options: Ask = {}): Promise<Answer<T>> {
  const response = await send(path, options);
  if (!(response instanceof Response)) return { ok: false, problem: response };
  if (response.status === 401 && path !== '/session') onSignedOut();
  if (!response.ok) return { ok: false, problem: await problemOf(response) };
  const value: unknown = response.status === 204 ? undefined : await response.json();
  return { ok: true, value: value as T };
}

/** A file instead of JSON; `url` is the whole path, as evidence carries it. */
export async function askFile(url: string, timeoutMs: number): Promise<Answer<Blob>> {
  const response = await send(url.replace(/^\/api\/v1/, ''), { timeoutMs });
  if (!(response instanceof Response)) return { ok: false, problem: response };
  if (response.status === 401) onSignedOut();
  return response.ok ? { ok: true, value: await response.blob() } : { ok: false, problem: await problemOf(response) };
}

async function send(path: string, { method = 'GET', body, key, timeoutMs }: Ask): Promise<Response | Problem> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), timeoutMs ?? TIMEOUT_MS);
  const headers: Record<string, string> = { accept: 'application/json' };
  const isFile = body instanceof Blob;
  if (body !== undefined) headers['content-type'] = isFile ? body.type : 'application/json';
  if (method !== 'GET') headers['idempotency-key'] = key ?? newId();
  try {
    return await fetch(`/api/v1${path}`, {
      method,
      headers,
      credentials: 'same-origin',
      signal: abort.signal,
      ...(body === undefined ? {} : { body: isFile ? body : JSON.stringify(body) }),
    });
  } catch (error) {
    return own(abort.signal.aborted ? TIMED_OUT : UNREACHABLE, path, error);
  } finally {
    clearTimeout(timer);
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text();
  try {
    const problem: Problem = JSON.parse(text);
    if (typeof problem.title === 'string') return problem;
  } catch {
    // A proxy answered, not the gateway: its page is of no use, its status is.
  }
  return { type: 'about:blank', title: response.statusText, status: response.status, instance: response.url };
}

const own = (type: string, path: string, error: unknown): Problem => ({
  type,
  title: type,
  status: 0,
  detail: String(error),
  instance: `/api/v1${path}`,
});

/** `?a=1&b=x,y` from what is given; undefined and empty lists are left out. */
export function query(fields: Record<string, string | number | readonly (string | number)[] | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    const text = value === undefined ? '' : typeof value === 'object' ? value.join(',') : String(value);
    if (text !== '') search.set(name, text);
  }
  const written = search.toString();
  return written === '' ? '' : `?${written}`;
}
