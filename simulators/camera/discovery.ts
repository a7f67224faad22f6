import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readXml, textAt } from './onvif/soap.ts';

const GROUP = '239.255.255.250';
const WSD = 'http://schemas.xmlsoap.org/ws/2005/04/discovery';
const WSA = 'http://schemas.xmlsoap.org/ws/2004/08/addressing';

export type DiscoveryAnswer = Readonly<{
  host: string;
  /** 3702 by the standard; 0 takes a free one. */
  port: number;
  id: string;
  name: string;
  xaddr: () => string;
}>;

/** The port of the standard, where alone cameras are sought by multicast. */
const STANDARD_PORT = 3702;

/** Answers WS-Discovery probes for both types, straight to its port, and by multicast where the machine lets it join. */
export async function answerProbes(answer: DiscoveryAnswer): Promise<Readonly<{ port: number; stop: () => void }>> {
  const asked = await listening(answer, answer.host);
  // what is sent to the group does not reach a socket that is bound to an address of one machine
  const sought = answer.port === STANDARD_PORT ? await joined(answer) : undefined;
  return {
    port: asked.address().port,
    stop: () => {
      asked.close();
      sought?.close();
    },
  };
}

async function listening(answer: DiscoveryAnswer, address: string): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  socket.on('message', (message, { address: from, port }) => {
    const relatesTo = probeId(message.toString('utf8'));
    if (relatesTo !== undefined) socket.send(matches(answer, relatesTo), port, from);
  });
  socket.bind(answer.port, address);
  await once(socket, 'listening');
  return socket;
}

/** Undefined on a machine without multicast at this interface: the camera is asked straight there. */
async function joined(answer: DiscoveryAnswer): Promise<Socket | undefined> {
  try {
    const socket = await listening(answer, GROUP);
    socket.addMembership(GROUP, answer.host);
    return socket;
  } catch {
    return undefined;
  }
}

/** The message id of a probe for a camera; undefined for anything else. */
function probeId(text: string): string | undefined {
  try {
    const root = readXml(text);
    const types = textAt(root, 'Body', 'Probe', 'Types') ?? '';
    const isMeant = types === '' || /(?:^|[\s:])(?:NetworkVideoTransmitter|Device)(?:\s|$)/.test(types);
    return isMeant ? textAt(root, 'Header', 'MessageID') : undefined;
  } catch {
    return undefined; // not XML: a camera keeps silent
  }
}

const matches = ({ id, name, xaddr }: DiscoveryAnswer, relatesTo: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:w="${WSA}" xmlns:d="${WSD}" xmlns:dn="http://www.onvif.org/ver10/network/wsdl" xmlns:tds="http://www.onvif.org/ver10/device/wsdl"><e:Header><w:RelatesTo>${relatesTo}</w:RelatesTo><w:Action>${WSD}/ProbeMatches</w:Action></e:Header>` +
  `<e:Body><d:ProbeMatches><d:ProbeMatch><w:EndpointReference><w:Address>urn:fengsui:${encodeURIComponent(id)}</w:Address></w:EndpointReference><d:Types>dn:NetworkVideoTransmitter tds:Device</d:Types>` +
  `<d:Scopes>onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/name/${encodeURIComponent(name)} onvif://www.onvif.org/hardware/simulator</d:Scopes><d:XAddrs>${xaddr()}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></e:Body></e:Envelope>`;
