import { Agent, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import type { CameraNetworks } from './address.ts';
import { type CameraFault, cameraFault } from './camera-fault.ts';
import { CertificateChanged, type CertificatePins, PinningAgent } from './certificates.ts';

/** A pull holds one socket for a minute; calls, PTZ and a snapshot share the other three. */
const SOCKETS_MAX = 4;
/** Bytes of one answer; the largest of 16 recorded cameras was 180 kB. */
export const ANSWER_MAX_BYTES = 4 * 1024 * 1024;
const HEADERS_MAX_BYTES = 16 * 1024;
/** A connection that breaks later than this had been read from: the request may have been carried out. */
const STALE_SOCKET_MS = 100;

export type HttpAsk = Readonly<{
  /** Scheme, host and port as the operator entered them. */
  origin: URL;
  path: string;
  method: 'GET' | 'POST';
  headers: Readonly<Record<string, string>>;
  body: string;
  /** From the first byte sent to the last one received, however lively the camera is meanwhile. */
  deadlineMs: number;
  maxBytes: number;
  signal: AbortSignal;
}>;

export type HttpAnswer = Readonly<{
  status: number;
  contentType: string;
  authenticate: readonly string[];
  body: Buffer;
}>;

/** The one way in which bytes leave for a camera. */
export interface Transport {
  /** `make` is asked again where a request has to be sent again: credentials may be used once only. */
  ask(make: () => HttpAsk): Promise<Result<HttpAnswer, CameraFault>>;
  /** The address that a host is called at, inside the networks. */
  address(hostname: string): Promise<Result<string, CameraFault>>;
  close(): void;
}

/** Connects only to addresses inside the networks, follows no redirect, and reads no answer beyond its bounds. */
export function createTransport(networks: CameraNetworks, pins: CertificatePins): Transport {
  const options = { keepAlive: true, maxSockets: SOCKETS_MAX, maxFreeSockets: 1, scheduling: 'lifo' as const };
  const agents = { 'http:': new Agent(options), 'https:': new PinningAgent(options, pins) };
  const send = (ask: HttpAsk, address: string) => exchange(ask, address, agents);
  return {
    ask: async (make) => {
      const ask = make();
      const admitted = await networks.admit(ask.origin.hostname);
      if (!admitted.ok) return admitted;
      const first = await send(ask, admitted.value);
      return first === 'stale-socket' ? settled(await send(make(), admitted.value)) : first;
    },
    address: networks.admit,
    close: () => {
      for (const agent of Object.values(agents)) agent.destroy();
    },
  };
}

type Agents = Readonly<{ 'http:': Agent; 'https:': PinningAgent }>;
/** `stale-socket`: the camera had closed a kept connection, which shows as soon as it is used again. */
type Exchanged = Result<HttpAnswer, CameraFault> | 'stale-socket';

const settled = (exchanged: Exchanged): Result<HttpAnswer, CameraFault> =>
  exchanged === 'stale-socket' ? failed(cameraFault('offline', 'the connection was closed')) : exchanged;

function exchange(ask: HttpAsk, address: string, agents: Agents): Promise<Exchanged> {
  const { promise, resolve } = Promise.withResolvers<Exchanged>();
  const isSecure = ask.origin.protocol === 'https:';
  const request = (isSecure ? requestHttps : requestHttp)({
    agent: isSecure ? agents['https:'] : agents['http:'],
    host: address,
    port: ask.origin.port === '' ? (isSecure ? 443 : 80) : ask.origin.port,
    ...(isSecure && isIP(ask.origin.hostname) === 0 ? { servername: ask.origin.hostname } : {}),
    path: ask.path,
    method: ask.method,
    headers: { ...ask.headers, Host: ask.origin.host, 'Content-Length': Buffer.byteLength(ask.body) },
    maxHeaderSize: HEADERS_MAX_BYTES,
  });
  const end = (result: Exchanged) => {
    clearTimeout(timer);
    ask.signal.removeEventListener('abort', abort);
    resolve(result);
    if (result === 'stale-socket' || !result.ok) request.destroy();
  };
  const abort = () => end(failed(cameraFault('offline', 'given up: the adapter stops')));
  const timer = setTimeout(
    () => end(failed(cameraFault('timeout', `no whole answer in ${ask.deadlineMs} ms`))),
    ask.deadlineMs,
  );
  ask.signal.addEventListener('abort', abort, { once: true });
  const sentAt = performance.now();
  const isStale = () => request.reusedSocket && performance.now() - sentAt < STALE_SOCKET_MS;
  request.on('error', (error) => end(afterError(error, isStale())));
  request.on('response', (response) => readAnswer(response, ask.maxBytes, end));
  if (ask.signal.aborted) abort();
  else request.end(ask.body);
  return promise;
}

function afterError(error: Error & { code?: string }, isStale: boolean): Exchanged {
  if (isStale && (error.code === 'ECONNRESET' || error.code === 'EPIPE')) return 'stale-socket';
  if (error instanceof CertificateChanged) return failed(cameraFault('certificate-changed', error.message));
  const isNonsense = error.code?.startsWith('HPE_') === true;
  return failed(cameraFault(isNonsense ? 'bad-answer' : 'offline', error.code ?? error.name));
}

function readAnswer(response: IncomingMessage, maxBytes: number, end: (result: Exchanged) => void): void {
  const status = response.statusCode ?? 0;
  if (status >= 300 && status < 400) {
    end(failed(cameraFault('bad-answer', `HTTP ${status}: redirects are refused`)));
    return;
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes) end(failed(cameraFault('bad-answer', `an answer of over ${maxBytes} bytes`)));
    else chunks.push(chunk);
  });
  response.on('error', (error: Error & { code?: string }) =>
    end(failed(cameraFault('offline', error.code ?? error.name))),
  );
  response.on('end', () => {
    const { 'content-type': contentType = '' } = response.headers;
    const authenticate = response.headersDistinct['www-authenticate'] ?? [];
    end(ok({ status, contentType, authenticate, body: Buffer.concat(chunks, bytes) }));
  });
}
