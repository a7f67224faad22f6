import { randomUUID } from 'node:crypto';
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import type { FoundCamera } from '../../gateway/domain/camera.ts';
import { type CameraNetworks, pathOf } from './address.ts';
import { pause } from './pause.ts';
import { child, childrenOf, readWornXml, textAt, type XmlElement } from './xml.ts';

/** Source: WS-Discovery (2005/04), 2.4; ONVIF Core, 7.3. */
const GROUP = '239.255.255.250';
const PORT = 3702;
/** Probes go out so often: they are datagrams, and some are lost. */
const PROBES = 2;
const DATAGRAM_MAX_BYTES = 65_536;
/** Answers of one search that are looked at; a city's segment has hundreds, a flood has no end. */
const ANSWERS_MAX = 20_000;

const WSD = 'http://schemas.xmlsoap.org/ws/2005/04/discovery';
const WSA = 'http://schemas.xmlsoap.org/ws/2004/08/addressing';
/** Both forms that are in the field: old cameras answer only to the first, some new ones only to the second. */
const TYPES = [
  'xmlns:t="http://www.onvif.org/ver10/network/wsdl">t:NetworkVideoTransmitter',
  'xmlns:t="http://www.onvif.org/ver10/device/wsdl">t:Device',
];

export type ProbeOptions = Readonly<{
  networks: CameraNetworks;
  /** How long answers are waited for after the last probe. */
  waitMs: number;
  signal: AbortSignal;
  /** Own addresses to ask from; left out, all that this machine has. */
  from?: readonly string[];
  to?: Readonly<{ address: string; port: number }>;
}>;

/** Asks by multicast on every interface; each camera is told once, and only from inside the device networks. */
export async function* probe(options: ProbeOptions): AsyncGenerator<FoundCamera> {
  const answers = new Answers();
  const sockets = await openSockets(options.from ?? ownAddresses(), answers.take);
  const over = ask(sockets, options).finally(answers.end);
  const seen = new Set<string>();
  try {
    for await (const found of answers.each()) {
      if (seen.has(found.url)) continue;
      seen.add(found.url);
      if ((await options.networks.admit(found.address)).ok) yield found;
    }
    await over;
  } finally {
    for (const socket of sockets) socket.close();
  }
}

/** What came so far, for one reader that waits for more until the end; bounded by `ANSWERS_MAX`. */
class Answers {
  readonly #found: FoundCamera[] = [];
  #isOver = false;
  #wake: (() => void) | undefined;

  readonly take = (found: FoundCamera): void => {
    if (this.#found.length < ANSWERS_MAX) this.#found.push(found);
    this.#wake?.();
  };
  readonly end = (): void => {
    this.#isOver = true;
    this.#wake?.();
  };
  async *each(): AsyncGenerator<FoundCamera> {
    for (let at = 0; ; at += 1) {
      while (at >= this.#found.length && !this.#isOver) await this.#more();
      const found = this.#found[at];
      if (found === undefined) return;
      yield found;
    }
  }
  #more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    return promise;
  }
}

const ownAddresses = (): readonly string[] =>
  Object.values(networkInterfaces()).flatMap((all = []) =>
    all.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address),
  );

async function openSockets(from: readonly string[], told: (found: FoundCamera) => void): Promise<readonly Socket[]> {
  const opened = from.map(async (address) => {
    const socket = createSocket({ type: 'udp4', reuseAddr: true });
    socket.on('message', (message, sender) => {
      const found = message.length > DATAGRAM_MAX_BYTES ? undefined : matchIn(message.toString('utf8'), sender);
      if (found !== undefined) told(found);
    });
    socket.on('error', () => undefined); // an interface that went away finds nothing: the others go on
    try {
      socket.bind(0, address);
      await once(socket, 'listening');
      socket.setMulticastInterface(address);
      return [socket];
    } catch {
      return []; // an address that this machine has lost meanwhile
    }
  });
  return (await Promise.all(opened)).flat();
}

async function ask(sockets: readonly Socket[], { to, waitMs, signal }: ProbeOptions): Promise<void> {
  const { address, port } = to ?? { address: GROUP, port: PORT };
  for (let round = 0; round < PROBES && !signal.aborted; round += 1) {
    for (const socket of sockets) for (const types of TYPES) socket.send(probeMessage(types), port, address);
    await pause(waitMs / PROBES, signal);
  }
}

const probeMessage = (types: string): string =>
  `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="${WSA}" xmlns:d="${WSD}">` +
  `<s:Header><a:Action>${WSD}/Probe</a:Action><a:MessageID>urn:uuid:${randomUUID()}</a:MessageID><a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>` +
  `<s:Body><d:Probe><d:Types ${types}</d:Types></d:Probe></s:Body></s:Envelope>`;

/** What a datagram says of its sender. Of the addresses in it only scheme, port and path are believed. */
export function matchIn(text: string, sender: Pick<RemoteInfo, 'address'>): FoundCamera | undefined {
  const read = readWornXml(text);
  const matches = read.ok ? child(child(read.value, 'Body'), 'ProbeMatches') : undefined;
  const [match] = childrenOf(matches, 'ProbeMatch');
  const given = textAt(match, 'XAddrs')
    ?.split(/\s+/)
    .find((one) => /^https?:\/\//i.test(one) && URL.canParse(one));
  if (match === undefined || given === undefined) return undefined;
  const { protocol, port } = new URL(given);
  const host = `${sender.address}${port === '' ? '' : `:${port}`}`;
  const url = `${protocol}//${host}${pathOf(given) ?? '/onvif/device_service'}`;
  return { address: sender.address, url, way: 'probe', ...described(match) };
}

const TEXT_MAX_CHARS = 100;

function described(match: XmlElement): Pick<FoundCamera, 'name' | 'hardware' | 'endpoint'> {
  const scopes = textAt(match, 'Scopes')?.split(/\s+/) ?? [];
  const scope = (kind: string): string | undefined => {
    const start = `onvif://www.onvif.org/${kind}/`;
    const found = scopes.find((one) => one.toLowerCase().startsWith(start));
    return found === undefined ? undefined : decoded(found.slice(start.length)).slice(0, TEXT_MAX_CHARS);
  };
  const [name, hardware] = [scope('name'), scope('hardware')];
  const endpoint = textAt(match, 'EndpointReference', 'Address')?.slice(0, TEXT_MAX_CHARS);
  return {
    ...(name === undefined ? {} : { name }),
    ...(hardware === undefined ? {} : { hardware }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

/** Cameras write a bare per cent sign too. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
