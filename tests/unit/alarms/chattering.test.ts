import { expect, it } from 'vitest';
import { CALM_AFTER_MS, chattering } from '../../../gateway/alarms/chattering.ts';
import type { Circumstances } from '../../../gateway/alarms/decider.ts';
import { FENCE, given, occurrence } from '../../parts/alarm-samples.ts';

const judged = (active: boolean, around: Circumstances) => {
  const signal = occurrence('08:00:10', { active, around });
  const answer = chattering(given(occurrence('08:00:00')).stateOf(FENCE.id), signal);
  return { answer, receivedAt: signal.receivedAt };
};

it('lets an end wait, and a beginning say nothing new', () => {
  const { answer, receivedAt } = judged(false, { isChattering: true });
  expect(answer).toEqual({ holdUntil: receivedAt + CALM_AFTER_MS });
  expect(judged(true, { isChattering: true }).answer).toEqual({ nothing: 'flapping' });
});

it('takes an end that waits back at the next beginning, also when a restart has forgotten the chattering', () => {
  expect(judged(true, { isHeld: true }).answer).toEqual({ nothing: 'flapping', releases: true });
});

it('has nothing to say of a calm contact, nor of an end that has waited', () => {
  expect(judged(false, {}).answer).toBeUndefined();
  expect(judged(false, { isHeld: true, hasLasted: true }).answer).toBeUndefined();
});
