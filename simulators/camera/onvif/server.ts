import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { challenge, isAuthorized, newNonce, nonceOf } from '../digest.ts';
import { deviceService } from './device.ts';
import { deviceIoService } from './device-io.ts';
import { eventService, SUBSCRIPTION_PATH, subscriptionOperations } from './events.ts';
import { notAuthorized, SoapFault, unknownOperation } from './fault.ts';
import { imagingService } from './imaging.ts';
import { mediaService, SNAPSHOT_PATH } from './media.ts';
import { media2Service } from './media2.ts';
import { NAMESPACES } from './namespaces.ts';
import type { Operation, Service } from './operation.ts';
import { ptzService } from './ptz.ts';
import { recordingServices } from './recording.ts';
import { type OnvifSite, PROFILES } from './site.ts';
import { type Element, readRequest } from './soap.ts';
import { isSpoilt, sayPage, spoil } from './spoiling.ts';
import { UsernameTokens } from './username-token.ts';
import { envelope, Xml } from './xml.ts';

/** No request of ONVIF is longer. */
const REQUEST_MAX = 256 * 1024;
/** What anybody may ask, so that a client can set its clock and find the services. Source: ONVIF Core, PRE_AUTH. */
const OPEN_OPERATIONS = new Set([
  'GetSystemDateAndTime',
  'GetServices',
  'GetServiceCapabilities',
  'GetCapabilities',
  'GetHostname',
]);

const servicesOf = (site: OnvifSite): readonly Service[] => [
  deviceService(servicesOf),
  mediaService,
  ...(site.quirks.noEvents ? [] : [eventService]),
  imagingService,
  deviceIoService,
  ...recordingServices,
  ...(site.hasMedia2 ? [media2Service] : []),
  ...(site.head === undefined ? [] : [ptzService]),
];

/** The camera's HTTP side: SOAP services, subscriptions, and the snapshot. */
export function createOnvifServer(site: OnvifSite): Server {
  const tokens = new UsernameTokens(site.credentials, site.now);
  const desk = { site, tokens, nonce: newNonce() };
  return createServer((request, response) => {
    serve(desk, request, response).catch((error: unknown) => {
      const fault = error instanceof SoapFault ? error : new SoapFault('Internal error', ['ter:Action'], 500);
      answer(response, fault.status, fault.toEnvelope());
    });
  });
}

type Desk = Readonly<{ site: OnvifSite; tokens: UsernameTokens; nonce: string }>;

async function serve(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? '/').replace(/[?#].*$/, '');
  if (request.method === 'GET' && path.startsWith(SNAPSHOT_PATH)) return serveSnapshot(desk, request, response);
  if (request.method !== 'POST') return refuse(response, 405);
  const text = await readText(request);
  if (text === undefined) return refuse(response, 413);
  const { header, body } = readRequest(text);
  if (isSpoilt(desk.site.quirks.spoilt, body.name)) return spoil(response, desk.site.quirks.spoilt);
  if (desk.site.quirks.noEvents && path === eventService.path) return sayPage(response);
  const operation = findOperation(desk.site, path, body);
  if (!OPEN_OPERATIONS.has(body.name)) {
    if (desk.site.quirks.refuseAccount) throw notAuthorized();
    const isRight = desk.tokens.isRight(header);
    if (isRight === false) throw notAuthorized();
    if (isRight === undefined && !hasDigest(desk, request)) return askForDigest(desk, request, response);
  }
  const stopDropping = dropLater(desk.site, body, request);
  const subscription = path.slice(SUBSCRIPTION_PATH.length);
  const answered = await Promise.resolve(operation({ site: desk.site, body, subscription })).finally(stopDropping);
  answer(response, 200, envelope(answered, desk.site.quirks.echoSecurity ? echoOf(text) : undefined));
}

/** The Security header of a request, as it came. */
const echoOf = (request: string): Xml => new Xml(/<wsse:Security.*<\/wsse:Security>/s.exec(request)?.[0] ?? '');

/** An operation has to be asked at its own service's address. Throws a SoapFault where there is none. */
function findOperation(site: OnvifSite, path: string, body: Element): Operation {
  const operation = path.startsWith(SUBSCRIPTION_PATH)
    ? Object.entries(subscriptionOperations).find(([key]) => {
        const [prefix = '', name] = key.split(' ');
        return name === body.name && Object.entries(NAMESPACES).some(([p, uri]) => p === prefix && uri === body.uri);
      })?.[1]
    : servicesOf(site).find(
        ({ path: at, prefix, speaks = [] }) =>
          at === path && [prefix, ...speaks].some((known) => NAMESPACES[known] === body.uri),
      )?.operations[body.name];
  if (operation === undefined) throw unknownOperation();
  return operation;
}

async function serveSnapshot(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!hasDigest(desk, request)) return askForDigest(desk, request, response);
  const profile = PROFILES.find((known) => request.url === SNAPSHOT_PATH + known);
  if (profile === undefined) return refuse(response, 404);
  const jpeg = await desk.site.snapshot(profile);
  response.writeHead(200, { 'Content-Type': 'image/jpeg', 'Content-Length': jpeg.length }).end(jpeg);
}

function hasDigest({ site, nonce }: Desk, { method = '', url = '', headers }: IncomingMessage): boolean {
  return isAuthorized(headers.authorization, { method, uri: url, nonce }, site.credentials);
}

function askForDigest({ nonce }: Desk, { headers }: IncomingMessage, response: ServerResponse): void {
  const used = nonceOf(headers.authorization);
  const isStale = used !== undefined && used !== nonce;
  response.writeHead(401, { 'WWW-Authenticate': challenge(nonce, isStale) }).end();
}

/** With the quirk `dropPullAfterMs` a pull that waits that long loses its connection. */
function dropLater({ quirks }: OnvifSite, { name }: Element, { socket }: IncomingMessage): () => void {
  if (quirks.dropPullAfterMs === undefined || name !== 'PullMessages') return () => undefined;
  const timer = setTimeout(() => socket.destroy(), quirks.dropPullAfterMs);
  return () => clearTimeout(timer);
}

async function readText(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue; // no encoding is set, so all are
    length += chunk.length;
    if (length > REQUEST_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const refuse = (response: ServerResponse, status: number): void => void response.writeHead(status).end();

function answer(response: ServerResponse, status: number, text: string): void {
  // with its length, as cameras do: some clients know no other way
  const length = Buffer.byteLength(text);
  response
    .writeHead(status, { 'Content-Type': 'application/soap+xml; charset=utf-8', 'Content-Length': length })
    .end(text);
}
