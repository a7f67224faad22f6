import { randomInt } from 'node:crypto';
import { MediaStreamTrack, RTCPeerConnection, RtpHeader, RtpPacket, useH264 } from 'werift';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { fault, type StreamFault } from '../fault.ts';
import { FLV_HEADER_BYTES, readTag, splitNals, type Tag } from '../flv.ts';
import type { FlvSink } from '../flv-viewer.ts';
import { readDecoderConfig } from '../h264/avcc.ts';
import { h264Payloads } from './h264-packets.ts';
import { withoutCandidates } from './offer.ts';

/** Under every path's limit with room for SRTP and a tunnel's head. */
const PAYLOAD_MAX_BYTES = 1180;
const TICKS_PER_MS = 90;
const SEQUENCES = 0x10000;
/** Browsers ask every 2.5 to 5 s. */
const SILENT_MAX_MS = 15_000;

/** Where viewers may call: UDP ports, and addresses beside those of this machine, as of a router that passes them on. */
export type WebRtcPlace = Readonly<{ ports: readonly [number, number]; addresses: readonly string[] }>;

/** One stream to one viewer by WebRTC. Source: RFC 8829 (offer and answer), RFC 8445 section 2.5 (ICE lite), RFC 6184. */
export class WebRtcPeer implements FlvSink {
  readonly #connection: RTCPeerConnection;
  readonly #track = new MediaStreamTrack({ kind: 'video' });
  readonly #gone = Promise.withResolvers<void>();
  /** It asks every few seconds whether it may still be sent to. Source: RFC 7675, section 5.1. */
  #heardAt = performance.now();
  #sequence = randomInt(SEQUENCES);
  #sets: readonly Buffer[] = [];

  constructor({ ports, addresses }: WebRtcPlace) {
    this.#connection = new RTCPeerConnection({
      codecs: { video: [useH264()], audio: [] },
      iceLite: true,
      iceServers: [],
      iceUseTcp: false,
      icePortRange: [...ports],
      iceAdditionalHostAddresses: [...addresses],
      iceFilterStunResponse: () => {
        this.#heardAt = performance.now();
        return true;
      },
      bundlePolicy: 'max-bundle',
    });
    this.#connection.addTransceiver(this.#track, { direction: 'sendonly' });
    this.#connection.connectionStateChange.subscribe((state) => {
      if (state === 'failed' || state === 'closed' || state === 'disconnected') this.close();
    });
  }

  /** Answers the viewer's offer; `codec` where the two cannot agree. */
  async answer(offer: string): Promise<Result<string, StreamFault>> {
    try {
      await this.#connection.setRemoteDescription({ type: 'offer', sdp: withoutCandidates(offer) });
      await this.#connection.setLocalDescription(await this.#connection.createAnswer());
      const answer = this.#connection.localDescription?.sdp ?? '';
      if (!/^a=rtpmap:\d+ H264\/90000/m.test(answer)) return failed(fault('codec', 'no H.264 in common'));
      return ok(answer);
    } catch (error) {
      return failed(fault('codec', `no offer: ${error instanceof Error ? error.message : String(error)}`));
    }
  }

  /** Resolves when the viewer is gone. */
  gone = (): Promise<void> => this.#gone.promise;

  /** UDP takes what it is given: nothing waits here. */
  send(tags: Buffer, sent: () => void): void {
    let at = tags.subarray(0, 3).toString('latin1') === 'FLV' ? FLV_HEADER_BYTES : 0;
    while (at < tags.length) {
      const tag = readTag(tags.subarray(at));
      at += tag.bytes;
      this.#take(tag);
    }
    sent();
  }

  /** To be called about each second: notices a viewer that does not come, or has gone without a word. */
  tick(): void {
    if (performance.now() - this.#heardAt > SILENT_MAX_MS) this.close();
  }

  close(): void {
    this.#gone.resolve();
    void this.#connection.close();
  }

  #take(tag: Tag): void {
    if (tag.kind === 'clock' || tag.kind === 'other') return;
    if (tag.kind === 'config') {
      const { sps, pps } = readDecoderConfig(tag.content);
      this.#sets = [...sps, ...pps];
      return;
    }
    const nals = tag.kind === 'key' ? [...this.#sets, ...splitNals(tag.content)] : splitNals(tag.content);
    const timestamp = ((tag.timeMs + tag.compositionMs) * TICKS_PER_MS) >>> 0;
    const payloads = h264Payloads(nals, PAYLOAD_MAX_BYTES);
    for (const [index, payload] of payloads.entries()) this.#write(payload, timestamp, index === payloads.length - 1);
  }

  #write(payload: Buffer, timestamp: number, marker: boolean): void {
    const sequenceNumber = this.#sequence;
    this.#sequence = (sequenceNumber + 1) % SEQUENCES;
    this.#track.writeRtp(new RtpPacket(new RtpHeader({ sequenceNumber, timestamp, marker, payloadType: 96 }), payload));
  }
}
