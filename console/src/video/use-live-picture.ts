import { onBeforeUnmount, type Ref, ref, watch } from 'vue';
import type { Problem } from '../../../gateway/http/contract/problem.ts';
import type { LiveSources } from '../../../gateway/http/contract/video.ts';
import { ask } from '../api/request.ts';
import { canPlay } from './can-play.ts';
import { chooseSource, type Source } from './choose-source.ts';
import type { Player } from './player.ts';
import { PLAYERS } from './players.ts';
import { isNetworkPoor } from './poor-network.ts';
import { Watchdog, waitBeforeRetry } from './watchdog.ts';

export type PictureState = 'opening' | 'playing' | 'stopped' | 'unplayable' | 'refused';

const LOOK_MS = 500;

/**
 * Keeps a camera's live picture in `video`: opens it, watches that it moves, opens it again with growing pauses.
 * When it stops, `keepLast` is called first, so that the last picture can stay on screen, greyed.
 */
export function useLivePicture(
  video: Ref<HTMLVideoElement | undefined>,
  camera: () => string | undefined,
  order: () => readonly Source['quality'][],
  keepLast: (surface: Player['surface']) => void,
) {
  const state = ref<PictureState>('opening');
  const problem = ref<Problem>();
  /** The gateway's word on why it ended the picture, such as `out-of-scope`. */
  const reason = ref<string>();
  const source = ref<Source>();
  /** Whether this camera is also to be had in the way for poor networks. */
  const offersWebRtc = ref(false);
  /** When the present attempt began, and when the last picture moved; local clock. */
  const openedAt = ref(Date.now());
  const movedAt = ref<number>();
  const frames = ref(0);
  const dropped = ref(0);
  /** How old the shown picture is, by this machine's clock against the gateway's. */
  const ageMs = ref<number>();
  let player: Player | undefined;
  let dog: Watchdog | undefined;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Grows with every attempt; an answer for an older one is dropped. */
  let attempt = 0;

  async function open(): Promise<void> {
    const mine = ++attempt;
    close();
    const id = camera();
    if (id === undefined) return;
    openedAt.value = Date.now();
    if (state.value !== 'stopped') state.value = 'opening';
    const answer = await ask<LiveSources>(`/cameras/${encodeURIComponent(id)}/live?quality=${order().join(',')}`);
    if (mine !== attempt) return;
    problem.value = answer.ok ? undefined : answer.problem;
    if (!answer.ok) return fail('refused');
    const choice = await chooseSource(answer.value, order(), canPlay, isNetworkPoor.value);
    offersWebRtc.value = answer.value.sources.some(({ protocol }) => protocol === 'webrtc');
    if (mine !== attempt) return;
    if ('refused' in choice) return fail(choice.refused === 'codec' ? 'unplayable' : 'refused');
    await play(mine, choice.source);
  }

  async function play(mine: number, chosen: Source): Promise<void> {
    const element = video.value;
    if (element === undefined) return;
    const onEnd = (why: string | undefined): void => {
      if (mine !== attempt) return;
      reason.value = why;
      fail('stopped');
    };
    const opened = await PLAYERS[chosen.protocol](element, chosen.url, { onEnd });
    if (mine !== attempt) return opened.close();
    player = opened;
    source.value = chosen;
    dog = new Watchdog(Date.now());
    timer = setTimeout(look, LOOK_MS);
  }

  function look(): void {
    if (player === undefined || dog === undefined) return;
    frames.value = player.frames();
    dropped.value = player.dropped();
    ageMs.value = player.ageMs();
    const sign = dog.look(frames.value, Date.now());
    if (sign === 'stalled') {
      fail('stopped');
      return;
    }
    if (sign === 'playing') {
      failures = 0;
      movedAt.value = dog.movedAt;
      reason.value = undefined;
      state.value = 'playing';
    }
    timer = setTimeout(look, LOOK_MS);
  }

  function fail(as: PictureState): void {
    if (player !== undefined && movedAt.value !== undefined) keepLast(player.surface);
    attempt += 1;
    close();
    state.value = as === 'stopped' && movedAt.value === undefined ? 'opening' : as;
    timer = setTimeout(() => void open(), waitBeforeRetry(failures, Math.random));
    failures += 1;
  }

  function close(): void {
    clearTimeout(timer);
    player?.close();
    player = undefined;
    dog = undefined;
    ageMs.value = undefined;
  }

  function reconnect(): void {
    failures = 0;
    void open();
  }

  watch([camera, video, isNetworkPoor], () => {
    movedAt.value = undefined;
    state.value = 'opening';
    failures = 0;
    void open();
  });
  onBeforeUnmount(() => {
    attempt += 1;
    close();
  });

  return { state, problem, reason, source, offersWebRtc, openedAt, movedAt, frames, dropped, ageMs, reconnect };
}
