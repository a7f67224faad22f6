import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import packets, { type IConnackPacket, type IConnectPacket, type IDisconnectPacket, type Packet } from 'mqtt-packet';
import { PACKET_MAX_BYTES } from './packet-guard.ts';

/** Reason codes of MQTT 5 for the return codes of 3.1.1. Source: MQTT 5.0, 3.2.2.2; MQTT 3.1.1, table 3.1. */
const CONNECT_REASONS: Readonly<Record<number, number>> = { 0: 0, 1: 0x84, 2: 0x85, 3: 0x88, 4: 0x86, 5: 0x87 };
const NOT_AUTHORIZED = 0x87;
const DISCONNECT_WITH_WILL = 0x04;
/** Requests to unsubscribe that wait for their answer; a client has one or two. */
const UNSUBSCRIBES_MAX = 100;

/**
 * A device that speaks MQTT 5, before a broker that speaks 3.1.1: packets go over from one to the other. Properties
 * that 3.1.1 has no word for are left out; the CONNACK says which services are not there, so that a client that keeps
 * to the standard does not ask for them. A will's delay is not kept, it is published at once; a session is kept as long
 * as the broker keeps any, however short the client asked. Source: MQTT 5.0 (OASIS, 2019).
 */
export class Mqtt5Line extends Duplex {
  readonly #socket: Socket;
  readonly #fromDevice = packets.parser({ protocolVersion: 5 });
  readonly #fromBroker = packets.parser({ protocolVersion: 4 });
  readonly #unsubscribing = new Map<number, number>();
  #assignedId: string | undefined;
  #clientMaxBytes = Number.POSITIVE_INFINITY;
  #isReading = false;
  /** The device wants no earlier session, but the new one shall outlive the connection. */
  startsClean = false;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    this.#fromDevice.on('packet', (packet: Packet) => this.#take(packet));
    this.#fromDevice.on('error', (error: Error) => this.destroy(error));
    this.#fromBroker.on('packet', (packet: Packet) => this.#give(packet));
    this.#fromBroker.on('error', (error: Error) => this.destroy(error));
    socket.on('end', () => this.push(null));
    socket.on('close', () => this.destroy());
    socket.on('error', (error) => this.destroy(error));
    socket.on('readable', () => this.#isReading && this.#read());
  }

  override _read(): void {
    this.#isReading = true;
    this.#read();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#fromBroker.parse(chunk);
    if (this.#socket.writableNeedDrain) this.#socket.once('drain', () => done());
    else done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  /** Reads on as long as the broker takes it: what it does not stays in the socket, and so with the device. */
  #read(): void {
    while (this.#isReading && !this.destroyed) {
      const chunk: unknown = this.#socket.read();
      if (!(chunk instanceof Buffer)) return;
      this.#fromDevice.parse(chunk);
    }
  }

  #take(packet: Packet): void {
    const plain = this.#withoutProperties(packet);
    if (plain !== undefined && !this.push(packets.generate(plain, { protocolVersion: 4 }))) this.#isReading = false;
  }

  /** The same in 3.1.1; undefined where the connection ends by it. */
  #withoutProperties(packet: Packet): Packet | undefined {
    switch (packet.cmd) {
      case 'connect':
        return this.#connect(packet);
      case 'publish':
        if (packet.topic === '') return this.#end('topic aliases are not spoken here');
        return { ...packet, properties: {} };
      case 'subscribe':
        return {
          ...packet,
          subscriptions: packet.subscriptions.map(({ topic, qos }) => ({ topic, qos })),
          properties: {},
        };
      case 'unsubscribe':
        if (this.#unsubscribing.size >= UNSUBSCRIBES_MAX) return this.#end('too many requests to unsubscribe');
        this.#unsubscribing.set(packet.messageId ?? 0, packet.unsubscriptions.length);
        return { ...packet, properties: {} };
      case 'disconnect':
        return this.#disconnect(packet);
      case 'auth':
        return this.#end('no authentication beyond a name and a secret');
      default:
        return packet;
    }
  }

  #connect({ properties, will, ...packet }: IConnectPacket): Packet {
    const keeps = (properties?.sessionExpiryInterval ?? 0) > 0;
    this.startsClean = packet.clean === true && keeps;
    this.#clientMaxBytes = properties?.maximumPacketSize ?? Number.POSITIVE_INFINITY;
    if (packet.clientId === '') this.#assignedId = `assigned-${randomUUID()}`;
    const plainWill = will === undefined ? {} : { will: { ...will, properties: {} } };
    return {
      ...packet,
      ...plainWill,
      protocolVersion: 4,
      clientId: this.#assignedId ?? packet.clientId,
      clean: !keeps,
    };
  }

  /** Any other reason than a good-bye lets the last will speak. */
  #disconnect({ reasonCode = 0 }: IDisconnectPacket): Packet | undefined {
    if (reasonCode === DISCONNECT_WITH_WILL || reasonCode >= 0x80) return this.#end('left with a reason');
    return { cmd: 'disconnect' };
  }

  #end(why: string): undefined {
    this.destroy(new Error(`MQTT 5: ${why}`));
  }

  #give(packet: Packet): void {
    const bytes = packets.generate(this.#withReasons(packet), { protocolVersion: 5 });
    if (bytes.length <= this.#clientMaxBytes) this.#socket.write(bytes);
    // Larger than the client takes: not sent, as if it had been. Source: MQTT 5.0, 3.1.2.11.4.
    else if (packet.cmd === 'publish' && packet.qos > 0)
      this.push(packets.generate({ cmd: 'puback', messageId: packet.messageId ?? 0 }, { protocolVersion: 4 }));
  }

  #withReasons(packet: Packet): Packet {
    switch (packet.cmd) {
      case 'connack':
        return this.#connack(packet);
      case 'suback': {
        const granted = packet.granted.map((code) => (code === 128 ? NOT_AUTHORIZED : code));
        return { ...packet, granted } as Packet; // its type knows an older shape of `granted` beside this one
      }
      case 'unsuback': {
        const id = packet.messageId ?? 0;
        const granted = Array.from({ length: this.#unsubscribing.get(id) ?? 1 }, () => 0);
        this.#unsubscribing.delete(id);
        return { ...packet, granted };
      }
      default:
        return packet;
    }
  }

  #connack({ returnCode = 0, sessionPresent }: IConnackPacket): Packet {
    const reasonCode = CONNECT_REASONS[returnCode] ?? 0x80;
    if (reasonCode !== 0) return { cmd: 'connack', reasonCode, sessionPresent: false };
    return {
      cmd: 'connack',
      reasonCode,
      sessionPresent,
      properties: {
        maximumPacketSize: PACKET_MAX_BYTES,
        sharedSubscriptionAvailable: false,
        subscriptionIdentifiersAvailable: false,
        ...(this.#assignedId === undefined ? {} : { assignedClientIdentifier: this.#assignedId }),
      },
    };
  }
}

/** The protocol level in the first bytes of a CONNECT; undefined while too few have come, 0 where it is none. */
export function protocolLevel(bytes: Buffer): number | undefined {
  if (bytes.length > 0 && bytes[0] !== 0x10) return 0;
  const nameAt = 1 + lengthBytes(bytes);
  if (bytes.length < nameAt + 2) return undefined;
  const levelAt = nameAt + 2 + bytes.readUInt16BE(nameAt);
  if (levelAt > 16) return 0; // neither "MQTT" nor "MQIsdp"
  return bytes[levelAt];
}

/** Of the length after the first byte, each but the last with its high bit set; four at most. */
function lengthBytes(bytes: Buffer): number {
  let count = 1;
  while (count < 4 && (bytes[count] ?? 0) >= 0x80) count++;
  return count;
}
