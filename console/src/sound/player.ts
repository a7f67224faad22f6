import type { Severity } from '../severity/levels.ts';
import { SEQUENCES, type Tone } from './tones.ts';

const LOUD = 0.35;
const SOFT = 0.15;

/** Plays the sequences by Web Audio. Browsers keep the context suspended until the page was touched. */
export class Player {
  #context: AudioContext | undefined;
  readonly #onReady: (isReady: boolean) => void;

  constructor(onReady: (isReady: boolean) => void) {
    this.#onReady = onReady;
  }

  /** Call from a gesture, or at start where the autoplay policy allows it: `onReady` says whether it took effect. */
  wake(): void {
    this.#context ??= this.#open();
    // Without a gesture this promise may stay open for ever; the change of state tells.
    this.#context.resume().catch(() => this.#onReady(false));
  }

  #open(): AudioContext {
    const context = new AudioContext();
    context.onstatechange = () => this.#onReady(context.state === 'running');
    return context;
  }

  play(severity: Severity): void {
    const context = this.#context;
    if (context?.state !== 'running') return;
    for (const tone of SEQUENCES[severity]?.tones ?? []) sound(context, tone, severity === 3 ? SOFT : LOUD);
  }

  close(): void {
    void this.#context?.close();
    this.#context = undefined;
    this.#onReady(false);
  }
}

function sound(context: AudioContext, { at, length, hz }: Tone, gain: number): void {
  const start = context.currentTime + at;
  const [oscillator, level] = [context.createOscillator(), context.createGain()];
  oscillator.frequency.value = hz;
  // Faded in and out: a hard edge clicks.
  level.gain.setValueAtTime(0, start);
  level.gain.linearRampToValueAtTime(gain, start + 0.02);
  level.gain.setValueAtTime(gain, start + length - 0.04);
  level.gain.linearRampToValueAtTime(0, start + length);
  oscillator.connect(level).connect(context.destination);
  oscillator.start(start);
  oscillator.stop(start + length);
}
