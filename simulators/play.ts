import { setTimeout as wait } from 'node:timers/promises';
import type { Fleet } from './fleet.ts';
import type { Scenario, Step } from './scenario.ts';

export type PlayOptions = Readonly<{
  /** Ends the story where it is; what has been said stays said. */
  signal?: AbortSignal;
  /** 10 plays ten times as fast. */
  speed?: number;
  /** Called after each step. */
  onStep?: (step: Step) => void;
}>;

/** Plays a story on the devices of a fleet; resolves after its last step, or once the signal says so. */
export async function playScenario({ steps }: Scenario, fleet: Fleet, options: PlayOptions = {}): Promise<void> {
  const { signal, speed = 1, onStep } = options;
  const startedAt = performance.now();
  for (const step of steps) {
    const leftMs = step.afterMs / speed - (performance.now() - startedAt);
    if (leftMs > 0) await wait(leftMs, undefined, signal && { signal }).catch(endedOnly(signal));
    if (signal?.aborted) return;
    await doStep(step, fleet);
    onStep?.(step);
  }
}

/** Passes over the error of a wait that the signal ended. */
const endedOnly = (signal: AbortSignal | undefined) => (error: unknown) => {
  if (!signal?.aborted) throw error;
};

/** Throws where the fleet has no such device, or one that cannot do this. */
async function doStep(step: Step, { cameras, access, fence, collar, speaker }: Fleet): Promise<void> {
  if ('onvif' in step) {
    const camera = cameras.get(step.device);
    if (camera === undefined) throw new Error(`the fleet has no camera ${step.device}`);
    const [topic, data] = step.onvif;
    camera.raise(topic, { data });
  } else if ('position' in step) {
    if (collar.id !== step.device) throw new Error(`the fleet has no collar ${step.device}`);
    await collar.moveTo(step.position);
  } else {
    const device = [access, fence, collar, speaker].find(({ id }) => id === step.device);
    if (device === undefined) throw new Error(`the fleet has no device ${step.device}`);
    await device.report(step.event);
  }
}
