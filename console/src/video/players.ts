import type { Source } from './choose-source.ts';
import { playFlv } from './flv-player.ts';
import type { Player, PlayerEvents } from './player.ts';
import { playOnWall } from './wall-link.ts';
import { playWebRtc } from './webrtc-player.ts';

/** By which way a source is played. */
export const PLAYERS: Readonly<
  Record<Source['protocol'], (video: HTMLVideoElement, url: string, events: PlayerEvents) => Player | Promise<Player>>
> = { wall: playOnWall, 'ws-flv': playFlv, 'http-flv': playFlv, webrtc: playWebRtc };
