import { computed, onBeforeUnmount, type Ref, ref, shallowRef } from 'vue';
import type { Problem } from '../../../gateway/http/contract/problem.ts';
import type { Recordings } from '../../../gateway/http/contract/recordings.ts';
import type { LiveSources } from '../../../gateway/http/contract/video.ts';
import { ask, query } from '../api/request.ts';
import { canPlay } from './can-play.ts';
import { chooseSource } from './choose-source.ts';
import type { Player } from './player.ts';
import { PLAYERS } from './players.ts';
import { isWithin, type RecordedSpan, spanAt, spansOf } from './recorded.ts';

export const RECORDER_SPEEDS = [1, 2, 4] as const;
export type RecorderSpeed = (typeof RECORDER_SPEEDS)[number];
const LOOK_MS = 250;
/** A recorder needs a moment to find its place; after this it is not coming. */
const FIRST_PICTURE_MS = 15_000;

/**
 * What a camera recorded itself, between two times (milliseconds since 1970). Another moment or speed is another playback:
 * the recorder is asked anew, and who pauses lets it go.
 */
export function useRecorder(video: Ref<HTMLVideoElement | undefined>, camera: string, from: number, to: number) {
  const spans = shallowRef<readonly RecordedSpan[]>([]);
  const at = ref(from);
  const speed = ref<RecorderSpeed>(1);
  const state = ref<'loading' | 'ready' | 'opening' | 'playing' | 'none'>('loading');
  const problem = ref<Problem>();
  const id = encodeURIComponent(camera);
  const hasPicture = computed(() => isWithin(spans.value, at.value));
  let player: Player | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Grows with every playback: what comes for an older one is dropped. */
  let playback = 0;

  async function load(): Promise<void> {
    const asked = query({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
    const answer = await ask<Recordings>(`/cameras/${id}/recordings${asked}`);
    problem.value = answer.ok ? undefined : answer.problem;
    spans.value = answer.ok ? spansOf(answer.value) : [];
    state.value = answer.ok && spans.value.length > 0 ? 'ready' : 'none';
  }

  async function play(): Promise<void> {
    const mine = stop();
    const span = spanAt(spans.value, at.value);
    const element = video.value;
    if (span === undefined || element === undefined) return;
    at.value = Math.max(at.value, span.from);
    state.value = 'opening';
    const wish = { recording: span.recording, from: iso(at.value), to: iso(span.to), speed: speed.value };
    const answer = await ask<LiveSources>(`/cameras/${id}/playback`, { method: 'POST', body: wish });
    const choice = answer.ok ? await chooseSource(answer.value, ['main'], canPlay) : undefined;
    if (mine !== playback) return;
    problem.value = answer.ok ? undefined : answer.problem;
    if (choice === undefined || 'refused' in choice) return void stop();
    const opened = await PLAYERS[choice.source.protocol](element, choice.source.url, {
      onEnd: () => mine === playback && void stop(),
    });
    if (mine !== playback) return opened.close();
    player = opened;
    look(mine, Date.now());
  }

  function look(mine: number, openedAt: number): void {
    if (mine !== playback || player === undefined) return;
    const ageMs = player.ageMs();
    if (player.frames() > 0) state.value = 'playing';
    else if (Date.now() - openedAt > FIRST_PICTURE_MS) return void stop();
    if (ageMs !== undefined && player.frames() > 0) at.value = Math.round(Date.now() - ageMs);
    timer = setTimeout(() => look(mine, openedAt), LOOK_MS);
  }

  /** Answers the number of what comes next. */
  function stop(): number {
    clearTimeout(timer);
    player?.close();
    player = undefined;
    if (state.value !== 'loading' && state.value !== 'none') state.value = 'ready';
    playback += 1;
    return playback;
  }

  const isRunning = (): boolean => state.value === 'playing' || state.value === 'opening';
  function seek(moment: number): void {
    const wasRunning = isRunning();
    stop();
    at.value = Math.min(Math.max(moment, from), to - 1000);
    if (wasRunning) void play();
  }
  function toggle(): void {
    if (isRunning()) stop();
    else void play();
  }
  function goAt(next: RecorderSpeed): void {
    speed.value = next;
    if (isRunning()) void play();
  }
  onBeforeUnmount(stop);
  return { spans, at, speed, state, problem, hasPicture, load, seek, toggle, goAt };
}

const iso = (at: number): string => new Date(at).toISOString();
