import { onBeforeUnmount, type Ref, ref, watch } from 'vue';
import type { LiveSources, Problem } from '../../../gateway/http/contract.ts';
import { ask } from '../api/request.ts';
import { chooseSource, type Source } from './choose-source.ts';
import { type FlvPlayer, playFlv } from './flv-player.ts';
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
  keepLast: (video: HTMLVideoElement) => void,
) {
  const state = ref<PictureState>('opening');
  const problem = ref<Problem>();
  /** When the present attempt began, and when the last picture moved; local clock. */
  const openedAt = ref(Date.now());
  const movedAt = ref<number>();
  let player: FlvPlayer | undefined;
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
    const choice = chooseSource(answer.value, order(), canPlay);
    if ('refused' in choice) return fail(choice.refused === 'codec' ? 'unplayable' : 'refused');
    await play(mine, choice.source.url);
  }

  async function play(mine: number, url: string): Promise<void> {
    const element = video.value;
    if (element === undefined) return;
    const opened = await playFlv(element, url, () => mine === attempt && fail('stopped'));
    if (mine !== attempt) return opened.close();
    player = opened;
    dog = new Watchdog(Date.now());
    timer = setTimeout(look, LOOK_MS);
  }

  function look(): void {
    const element = video.value;
    if (element === undefined || dog === undefined) return;
    const sign = dog.look(element.getVideoPlaybackQuality().totalVideoFrames, Date.now());
    if (sign === 'stalled') {
      fail('stopped');
      return;
    }
    if (sign === 'playing') {
      failures = 0;
      movedAt.value = dog.movedAt;
      state.value = 'playing';
    }
    timer = setTimeout(look, LOOK_MS);
  }

  function fail(as: PictureState): void {
    if (video.value !== undefined && movedAt.value !== undefined) keepLast(video.value);
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
  }

  function reconnect(): void {
    failures = 0;
    void open();
  }

  watch([camera, video], () => {
    movedAt.value = undefined;
    state.value = 'opening';
    failures = 0;
    void open();
  });
  onBeforeUnmount(() => {
    attempt += 1;
    close();
  });

  return { state, problem, openedAt, movedAt, reconnect };
}

const canPlay = (mime: string): boolean => typeof MediaSource !== 'undefined' && MediaSource.isTypeSupported(mime);
