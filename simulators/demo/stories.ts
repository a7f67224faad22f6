import { setTimeout as sleep } from 'node:timers/promises';
import type { Fleet } from '../fleet.ts';
import { playScenario } from '../play.ts';
import { SCENARIOS } from '../scenarios/all.ts';

const BETWEEN_MS = 15_000;

/** Plays the scenarios in turn until `stop`. */
export async function playInTurn(fleet: Fleet, say: (text: string) => void, stop: AbortSignal): Promise<void> {
  for (let turn = 0; !stop.aborted; turn += 1) {
    const story = SCENARIOS[turn % SCENARIOS.length];
    if (story === undefined) return;
    say(`▶ ${new Date().toLocaleTimeString('zh-CN')}  ${story.title.zh} / ${story.title.en}`);
    await playScenario(story, fleet, { signal: stop });
    await sleep(BETWEEN_MS, undefined, { signal: stop }).catch(() => undefined); // ends early when told to stop
  }
}
