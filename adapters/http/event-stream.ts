import { randomBytes } from 'node:crypto';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { Logger } from 'pino';
import type { Connection, Device } from '../../gateway/domain/device.ts';
import { DigestAnswers, strongestDigest } from '../../gateway/domain/http-digest.ts';
import type { Report } from '../../gateway/domain/signal.ts';
import type { CameraNetworks } from '../onvif/address.ts';
import { Backoff, pause } from '../onvif/pause.ts';
import type { VendorDesk } from '../vendor/desk.ts';
import { boundaryOf, MultipartParser } from './multipart.ts';

/** A maker's endless answer with its events. */
export type StreamKind = Readonly<{
  family: string;
  path: string;
  /** Where the answer does not name it. */
  boundary: string;
  /** Nothing for this long, not even a heartbeat: the device is not there. */
  silenceMs: number;
}>;
export const STREAMS: readonly StreamKind[] = [
  { family: 'isapi', path: '/ISAPI/Event/notification/alertStream', boundary: 'boundary', silenceMs: 90_000 },
  {
    family: 'dahua',
    path: '/cgi-bin/eventManager.cgi?action=attach&codes=[All]&heartbeat=5',
    boundary: 'myboundary',
    silenceMs: 20_000,
  },
];

export type StreamTimes = Readonly<{
  backoffLeastMs: number;
  backoffMostMs: number;
  notAuthorizedMs: number;
  answerMs: number;
}>;
export const STREAM_TIMES: StreamTimes = {
  backoffLeastMs: 250,
  backoffMostMs: 60_000,
  // cameras lock an account after five wrong passwords for half an hour
  notAuthorizedMs: 300_000,
  answerMs: 10_000,
};

export type StreamPorts = Readonly<{
  desk: VendorDesk;
  networks: CameraNetworks;
  times: StreamTimes;
  random: () => number;
  log: Logger;
}>;

const HEADERS_MAX_BYTES = 16 * 1024;
const RETRY_LEAST_MS = 250;
const RETRY_MOST_MS = 10_000;
/** One lost connection is a hiccup of the network; two in a row are a device that is not there. */
const MISSED_MAX = 2;
/** A device that ends its streams sooner is asked more and more slowly, as if it were away. */
const STEADY_MS = 10_000;

/** Why a stream ended or never began. */
type End = 'ended' | 'not-authorized' | 'refused';

/** Reads one device's events until `stop`, again and again. */
export async function readEvents(
  kind: StreamKind,
  device: () => Device,
  ports: StreamPorts,
  stop: AbortSignal,
): Promise<void> {
  const { times, random, log } = ports;
  const backoff = new Backoff(times.backoffLeastMs, times.backoffMostMs, random);
  let missed = 0;
  while (!stop.aborted) {
    const opened = await open(kind, device(), ports, stop);
    if (typeof opened === 'string') {
      missed += 1;
      if (missed >= MISSED_MAX) await tell(kind, device().id, false, ports, stop);
      if (!stop.aborted) log.info({ device: device().id, family: kind.family, end: opened }, 'event stream not opened');
      await pause(opened === 'not-authorized' ? times.notAuthorizedMs : backoff.nextMs(), stop);
      continue;
    }
    const openedAt = performance.now();
    await tell(kind, device().id, true, ports, stop);
    await readParts(kind, device, opened, ports, stop);
    opened.destroy();
    if (stop.aborted) return;
    missed = 1; // it was there: what comes next is a first miss
    if (performance.now() - openedAt > STEADY_MS) backoff.reset();
    await pause(backoff.nextMs(), stop);
  }
}

/** The answer, once its head is there and it is one of events. */
async function open(
  kind: StreamKind,
  device: Device,
  ports: StreamPorts,
  stop: AbortSignal,
): Promise<IncomingMessage | End> {
  const { connection } = device;
  const url = URL.parse(connection?.url ?? '');
  if (connection === undefined || url === null || !/^https?:$/.test(url.protocol)) return 'refused';
  const admitted = await ports.networks.admit(url.hostname);
  if (!admitted.ok) return 'refused';
  const ask = (authorization: string | undefined) =>
    answerOf({ url, address: admitted.value, path: kind.path, authorization, answerMs: ports.times.answerMs, stop });
  const first = await ask(undefined);
  if (first === undefined) return 'ended';
  if (first.statusCode !== 401) return accepted(first);
  const authorization = authorizationOf(first, connection, url, kind.path);
  first.destroy();
  if (authorization === undefined) return 'not-authorized';
  const second = await ask(authorization);
  return second === undefined ? 'ended' : accepted(second);
}

/** No redirect is followed: only the device itself is called. */
function accepted(answer: IncomingMessage): IncomingMessage | End {
  if (answer.statusCode === 200) return answer;
  answer.destroy();
  return answer.statusCode === 401 || answer.statusCode === 403 ? 'not-authorized' : 'refused';
}

/** By digest, or by Basic where the line is private; undefined where the device asks for neither. */
function authorizationOf(
  { headersDistinct }: IncomingMessage,
  { username = '', password = '' }: Connection,
  { protocol }: URL,
  path: string,
): string | undefined {
  const asked = headersDistinct['www-authenticate'] ?? [];
  const challenge = strongestDigest(asked);
  if (challenge !== undefined) {
    return new DigestAnswers({ username, password }, challenge, randomBytes(8).toString('hex')).header('GET', path);
  }
  const mayBasic = protocol === 'https:' && asked.some((one) => /^basic\b/i.test(one));
  return mayBasic ? `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` : undefined;
}

type Ask = Readonly<{
  url: URL;
  address: string;
  path: string;
  authorization: string | undefined;
  answerMs: number;
  stop: AbortSignal;
}>;

/** Undefined when there is no head of an answer in time. */
function answerOf({ url, address, path, authorization, answerMs, stop }: Ask): Promise<IncomingMessage | undefined> {
  const { promise, resolve } = Promise.withResolvers<IncomingMessage | undefined>();
  const isSecure = url.protocol === 'https:';
  const request = (isSecure ? requestHttps : requestHttp)({
    agent: false,
    host: address,
    port: url.port === '' ? (isSecure ? 443 : 80) : url.port,
    ...(isSecure && isIP(url.hostname) === 0 ? { servername: url.hostname } : {}),
    path,
    headers: {
      Host: url.host,
      Accept: 'multipart/mixed',
      ...(authorization === undefined ? {} : { Authorization: authorization }),
    },
    maxHeaderSize: HEADERS_MAX_BYTES,
    signal: stop,
  });
  const timer = setTimeout(() => request.destroy(), answerMs);
  const end = (answer: IncomingMessage | undefined): void => {
    clearTimeout(timer);
    resolve(answer);
  };
  request.on('response', (answer) => {
    answer.on('error', () => answer.destroy()); // seen by who reads it, as its end
    end(answer);
  });
  request.on('error', () => end(undefined));
  request.on('close', () => end(undefined));
  request.end();
  return promise;
}

/** Until the stream ends, is silent for too long, or `stop`. */
async function readParts(
  kind: StreamKind,
  device: () => Device,
  answer: IncomingMessage,
  ports: StreamPorts,
  stop: AbortSignal,
): Promise<void> {
  const parser = new MultipartParser(boundaryOf(answer.headers['content-type']) ?? kind.boundary);
  answer.setTimeout(kind.silenceMs, () => answer.destroy());
  try {
    for await (const chunk of answer) {
      for (const { body } of parser.push(chunk))
        if (body.length > 0) await takePart(kind, device().id, body, ports, stop);
    }
    for (const { body } of parser.end()) if (body.length > 0) await takePart(kind, device().id, body, ports, stop);
  } catch {
    // aborted or reset in the middle: to the caller every end of a stream is the same
  }
}

async function takePart(
  kind: StreamKind,
  id: string,
  payload: Uint8Array,
  ports: StreamPorts,
  stop: AbortSignal,
): Promise<void> {
  const topic = `${kind.family}/${id}/stream`;
  await deliver(kind, () => ports.desk.read(kind.family, { topic, payload, device: id }).reports, ports, stop);
}

const tell = (
  kind: StreamKind,
  device: string,
  online: boolean,
  ports: StreamPorts,
  stop: AbortSignal,
): Promise<void> => deliver(kind, () => [{ kind: 'status', device, online }], ports, stop);

/** A part cannot be had twice, so what the journal did not take is offered again; meanwhile the device is read no further. */
async function deliver(
  { family }: StreamKind,
  read: () => readonly Report[],
  { desk, log }: StreamPorts,
  stop: AbortSignal,
): Promise<void> {
  for (let waitMs = RETRY_LEAST_MS; ; waitMs = Math.min(waitMs * 2, RETRY_MOST_MS)) {
    try {
      return await desk.keep(family, read()); // read anew: the codec has forgotten what was not kept
    } catch (error) {
      if (stop.aborted) return log.error({ family, err: error }, 'event lost: stopped before the journal took it');
      log.warn({ family, err: error }, 'the journal took no event: offered again');
    }
    await pause(waitMs, stop);
  }
}
