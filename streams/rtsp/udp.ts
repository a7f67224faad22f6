import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';

/** Pairs that are tried until both ports are free. */
const TRIES = 16;
/** Even ports of the range that systems give out by themselves. Source: RFC 6335, 6. */
const FIRST_PORT = 49_152;
const PAIRS = 8_000;
/** What is read from the network before it is taken: a key frame of a main stream comes in one burst. */
const RECEIVE_BYTES = 1024 * 1024;

/** RTP and RTCP on two neighbouring ports, the first one even (RFC 3550, 11). Only what `address` sends is taken. */
export class UdpPair {
  readonly port: number;
  readonly #rtp: Socket;
  readonly #rtcp: Socket;
  readonly #address: string;
  #reportsTo: number | undefined;
  #isClosed = false;

  private constructor(port: number, rtp: Socket, rtcp: Socket, address: string) {
    this.port = port;
    this.#rtp = rtp;
    this.#rtcp = rtcp;
    this.#address = address;
  }

  /** Undefined when no pair of ports is free. */
  static async open(address: string, random: () => number): Promise<UdpPair | undefined> {
    for (let tried = 0; tried < TRIES; tried++) {
      const port = FIRST_PORT + 2 * Math.floor(random() * PAIRS);
      const rtp = await bound(port, address);
      const rtcp = rtp === undefined ? undefined : await bound(port + 1, address);
      if (rtp !== undefined && rtcp !== undefined) return new UdpPair(port, rtp, rtcp, address);
      rtp?.close();
    }
    return undefined;
  }

  onRtp(take: (payload: Buffer) => void): void {
    this.#rtp.on('message', (payload, { address }) => {
      if (address === this.#address) take(payload);
    });
  }

  onRtcp(take: (payload: Buffer) => void): void {
    this.#rtcp.on('message', (payload, { address }) => {
      if (address === this.#address) take(payload);
    });
  }

  /** To where `knock` went; nowhere before. */
  report(bytes: Buffer): void {
    if (!this.#isClosed && this.#reportsTo !== undefined)
      this.#rtcp.send(bytes, this.#reportsTo, this.#address, () => {});
  }

  /** Opens the way through a firewall between us, which lets in only what was asked for. */
  knock(rtpPort: number, rtcpPort: number): void {
    this.#reportsTo = rtcpPort;
    const ignored = (): void => {}; // a camera that cannot be reached falls silent, and that is seen
    this.#rtp.send(EMPTY_RTP, rtpPort, this.#address, ignored);
    this.#rtcp.send(EMPTY_REPORT, rtcpPort, this.#address, ignored);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#rtp.close();
    this.#rtcp.close();
  }
}

/** A packet without content, and a receiver's report about nothing. Source: RFC 3550, 5.1 and 6.4.2. */
const EMPTY_RTP = Buffer.from([0x80, 127, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
const EMPTY_REPORT = Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 0]);

async function bound(port: number, address: string): Promise<Socket | undefined> {
  const socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4' });
  socket.on('error', () => {}); // a port that is taken is told by the wait below; later ones mean: nothing comes
  socket.bind(port);
  try {
    await once(socket, 'listening');
    socket.setRecvBufferSize(RECEIVE_BYTES);
    return socket;
  } catch {
    socket.close();
    return undefined;
  }
}
