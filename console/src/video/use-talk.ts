import { onBeforeUnmount, ref } from 'vue';
import type { TalkAddress } from '../../../gateway/http/contract/video.ts';
import { ask } from '../api/request.ts';
import { socketUrl } from './socket-url.ts';
import workletUrl from './talk-worklet.ts?worker&url';

export type TalkState = 'silent' | 'opening' | 'speaking';
/** Why nothing is heard there, as the console has words for it. */
export type TalkTrouble = 'insecure' | 'no-microphone' | 'busy' | 'no-loudspeaker' | 'failed';
const REASONS: readonly string[] = ['busy', 'no-loudspeaker'];
const SAMPLES_PER_SECOND = 8000;

type Line = Readonly<{ ws: WebSocket; context: AudioContext; stream: MediaStream }>;

/** Speaks through a camera's loudspeaker while the button is held. */
export function useTalk(camera: () => string) {
  const state = ref<TalkState>('silent');
  const trouble = ref<TalkTrouble>();
  /** From 0 to 1, how loud the microphone is. */
  const level = ref(0);
  let line: Line | undefined;
  /** Grows when the button is let go: what is still being opened for an older press is closed. */
  let press = 0;

  async function begin(): Promise<void> {
    if (state.value !== 'silent') return;
    const mine = ++press;
    trouble.value = undefined;
    if (!('mediaDevices' in navigator)) return fail('insecure');
    state.value = 'opening';
    const stream = await navigator.mediaDevices
      .getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true } })
      .catch(() => undefined);
    if (stream === undefined) return fail('no-microphone');
    const answer = await ask<TalkAddress>(`/cameras/${encodeURIComponent(camera())}/talk`, { method: 'POST' });
    if (mine !== press || !answer.ok) {
      for (const track of stream.getTracks()) track.stop();
      return answer.ok ? undefined : fail('failed');
    }
    await open(mine, stream, answer.value.url);
  }

  async function open(mine: number, stream: MediaStream, url: string): Promise<void> {
    const context = new AudioContext({ sampleRate: SAMPLES_PER_SECOND });
    const ws = new WebSocket(socketUrl(url));
    const made: Line = { ws, context, stream };
    line = made;
    ws.onmessage = () => {
      if (mine === press) state.value = 'speaking';
    };
    ws.onclose = ({ reason }) => {
      hangUp(made);
      if (mine === press) fail(REASONS.includes(reason) ? (reason as TalkTrouble) : 'failed');
    };
    const isLoaded = await context.audioWorklet.addModule(workletUrl).then(
      () => true,
      () => false, // let go meanwhile, or a browser without worklets
    );
    if (mine !== press) return hangUp(made);
    if (!isLoaded) return fail('failed');
    const microphone = new AudioWorkletNode(context, 'microphone');
    microphone.port.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
      level.value = loudnessOf(data);
      if (ws.readyState === WebSocket.OPEN && state.value === 'speaking') ws.send(data);
    };
    context.createMediaStreamSource(stream).connect(microphone);
  }

  function end(): void {
    press += 1;
    state.value = 'silent';
    if (line !== undefined) hangUp(line);
    line = undefined;
  }

  function fail(why: TalkTrouble): void {
    trouble.value = why;
    end();
  }
  onBeforeUnmount(end);
  return { state, trouble, level, begin, end };
}

function hangUp({ ws, context, stream }: Line): void {
  ws.onclose = null;
  ws.close();
  for (const track of stream.getTracks()) track.stop();
  if (context.state !== 'closed') void context.close();
}

function loudnessOf(data: ArrayBuffer): number {
  const samples = new Int16Array(data);
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return peak / 0x7fff;
}
