import { expect, it } from 'vitest';
import { adviceFor } from '../../../gateway/onboarding/camera-advice.ts';
import { median } from '../../../gateway/onboarding/device-figures.ts';

it('finds the middle of times', () => {
  expect([median([]), median([7]), median([9, 1]), median([5, 100, 1])]).toEqual([undefined, 7, 5, 5]);
});

it('says nothing of a camera that is well, and everything of one that is not, in both tongues', () => {
  const well = { state: 'subscribed', clockOffsetMs: 900, codecs: ['H264', 'H265'], unknownTopics: 0 };
  expect(adviceFor(well)).toEqual([]);
  const ill = { state: 'events-refused', clockOffsetMs: 60_000, codecs: ['H265'], unknownTopics: 2 };
  const advice = adviceFor(ill);
  expect(advice.map(({ code }) => code)).toEqual(['events-refused', 'clock-off', 'codec', 'unknown-topics']);
  for (const { title, action } of advice) {
    expect(title.zh + action.zh).toMatch(/[\u4e00-\u9fff]/);
    expect(title.en + action.en).not.toMatch(/[\u4e00-\u9fff]/);
  }
});
