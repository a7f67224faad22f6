import { tellAnswer } from './told.ts';

export type Answered = Readonly<{ status: number; headers: Headers; body: unknown }>;

/** One person's way to the API. */
export class Api {
  readonly url: string;
  readonly token: string | undefined;

  constructor(url: string, token: string | undefined) {
    this.url = url;
    this.token = token;
  }

  get = (path: string, headers: Record<string, string> = {}) => this.call('GET', path, undefined, headers);
  post = (path: string, body?: unknown, headers: Record<string, string> = {}) => this.call('POST', path, body, headers);
  put = (path: string, body?: unknown, headers: Record<string, string> = {}) => this.call('PUT', path, body, headers);
  putFile = (path: string, type: string, bytes: Buffer) => this.call('PUT', path, bytes, { 'content-type': type });
  delete = (path: string, headers: Record<string, string> = {}) => this.call('DELETE', path, undefined, headers);

  async call(method: string, path: string, body: unknown, more: Record<string, string>): Promise<Answered> {
    const headers: Record<string, string> = { ...more };
    if (this.token !== undefined) headers['authorization'] ??= `Bearer ${this.token}`;
    if (body !== undefined) headers['content-type'] ??= 'application/json';
    const isReady = typeof body === 'string' || body instanceof Buffer;
    const text = body === undefined ? null : isReady ? body : JSON.stringify(body);
    const response = await fetch(path.startsWith('/api') ? `${this.url}${path}` : `${this.url}/api/v1${path}`, {
      method,
      headers,
      body: text,
    });
    const answer = await response.text();
    tellAnswer({ method, path, body, ok: response.ok, text: answer });
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(answer) : answer };
  }
}

export async function signIn(url: string, username: string, password: string): Promise<Api> {
  const answer = await new Api(url, undefined).post('/session', { username, password });
  const { token } = answer.body as { token?: string };
  if (token === undefined) throw new Error(`sign-in answered ${answer.status}`);
  return new Api(url, token);
}
