import { createSocket } from 'node:dgram';
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

/** Answers WS-Discovery probes for both types, by multicast where the machine lets it join, and straight to its port. */
export async function answerProbes(answer: DiscoveryAnswer): Promise<Readonly<{ port: number; stop: () => void }>> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true });
  socket.on('message', (message, { address, port }) => {
    const relatesTo = probeId(message.toString('utf8'));
    if (relatesTo !== undefined) socket.send(matches(answer, relatesTo), port, address);
  });
  socket.bind(answer.port, answer.host);
  await once(socket, 'listening');
  try {
    socket.addMembership(GROUP, answer.host);
  } catch {
    // a machine without multicast on this interface: it is asked straight
  }
  return { port: socket.address().port, stop: () => socket.close() };
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
