import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { DeviceNetworks } from '../../gateway/domain/device-networks.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { resolveAddress } from '../address.ts';
import { fault, type StreamFault } from '../fault.ts';
import { G711Packets } from './g711-packets.ts';

export const RTP = 'rtp:';
/** Routers that a group's packets pass: a city's own network, not beyond. */
const MULTICAST_HOPS = 8;

/**
 * A loudspeaker, or a group of them (multicast), that plays whatever G.711 (A-law) comes to its port: `rtp://host:port`.
 * It says nothing back: that the sound went out is all that can be known.
 */
export class RtpSpeaker {
  readonly #socket: Socket;
  readonly #packets = new G711Packets('PCMA');

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async open(url: string, networks: DeviceNetworks): Promise<Result<RtpSpeaker, StreamFault>> {
    const target = URL.canParse(url) ? new URL(url) : undefined;
    const port = Number(target?.port);
    if (target?.protocol !== RTP || !(port >= 1024))
      return failed(fault('bad-url', 'expected rtp://host:port, the port from 1024 to 65535'));
    const address = await resolveAddress(target.hostname.replace(/^\[|\]$/g, ''), networks);
    if (!address.ok) return address;
    const socket = createSocket(address.value.includes(':') ? 'udp6' : 'udp4');
    socket.on('error', () => {}); // nobody listens there: nothing that anybody could say
    socket.connect(port, address.value);
    await once(socket, 'connect');
    if (isMulticast(address.value)) socket.setMulticastTTL(MULTICAST_HOPS);
    return ok(new RtpSpeaker(socket));
  }

  /** Samples of 16 bits at 8,000 a second, some 20 ms of them. */
  send(pcm: Buffer): void {
    this.#socket.send(this.#packets.next(pcm), () => {});
  }

  close = (): void => void this.#socket.close();
}

/** Source: RFC 5771 and RFC 4291, 2.7. */
const isMulticast = (address: string): boolean => /^(22[4-9]|23\d)\.|^ff/i.test(address);
