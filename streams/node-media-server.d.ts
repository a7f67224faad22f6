/** The parts of node-media-server 4.4.3 that we reach into; it has no types of its own. Pinned to that exact version. */
declare module 'node-media-server/src/server/broadcast_server.js' {
  import type AVPacket from 'node-media-server/src/core/avpacket.js';

  /** What the broadcast asks of a publisher or a viewer: the fields of its BaseSession. */
  export interface Session {
    readonly id: string;
    /** Empty: ours, so that no event is raised and no sign-in asked. */
    readonly ip: string;
    readonly protocol: string;
    readonly streamPath: string;
    endTime: number;
    playCount: number;
    sendBuffer(buffer: Buffer): void;
    close(): void;
  }

  export default class BroadcastServer {
    constructor(streamPath: string);
    flvHeader: Buffer;
    flvMetaData: Buffer | null;
    flvVideoHeader: Buffer | null;
    flvGopCache: Set<Buffer> | null;
    rtmpGopCache: Set<Buffer> | null;
    publishGraceMs: number;
    /** A text says why not. */
    postPublish(session: Session): string | null;
    donePublish(session: Session): void;
    postPlay(session: Session): string | null;
    donePlay(session: Session): void;
    broadcastMessage(packet: AVPacket): void;
  }
}

declare module 'node-media-server/src/core/context.js' {
  import type BroadcastServer from 'node-media-server/src/server/broadcast_server.js';

  /** One for the whole process. */
  const Context: { readonly broadcasts: Map<string, BroadcastServer> };
  export default Context;
}

declare module 'node-media-server/src/core/avpacket.js' {
  export default class AVPacket {
    /** The type of its FLV tag. */
    codec_type: number;
    flags: number;
    dts: number;
    pts: number;
    size: number;
    data: Buffer;
  }
}

declare module 'node-media-server/src/protocol/rtmp.js' {
  import type AVPacket from 'node-media-server/src/core/avpacket.js';

  /** One connection's protocol: it reads what comes and says what is to be answered. */
  export default class Rtmp {
    static createMessage: (packet: AVPacket) => Buffer;
    onConnectCallback: (asked: { app: string; name: string; host: string; query: Record<string, unknown> }) => void;
    onPlayCallback: () => void;
    onPushCallback: () => void;
    onOutputCallback: (bytes: Buffer) => void;
    onPacketCallback: (packet: AVPacket) => void;
    /** A text says what is wrong; it may throw as well. */
    parserData(bytes: Buffer): string | null;
  }
}

declare module 'node-media-server/src/protocol/flv.js' {
  import type AVPacket from 'node-media-server/src/core/avpacket.js';

  const Flv: {
    createHeader(hasAudio: boolean, hasVideo: boolean): Buffer;
    parserTag(type: number, timeMs: number, size: number, data: Buffer): AVPacket;
    createMessage(packet: AVPacket): Buffer;
  };
  export default Flv;
}
