import { expect, it } from 'vitest';
import { ModelQuirks } from '../../../adapters/onvif/quirks.ts';

it('asks a model that drops its pulls after 10 s for shorter ones, and no other model', () => {
  const quirks = new ModelQuirks();
  for (const afterMs of [10_000, 10_200]) quirks.pullBroke('A 1', afterMs);
  expect([quirks.pullMs('A 1', 55_000), quirks.pullMs('B 2', 55_000)]).toEqual([8_000, 55_000]);
});

it('learns nothing from pulls that break now and then, or at once', () => {
  const quirks = new ModelQuirks();
  for (const afterMs of [20, 20, 10_000, 31_000]) quirks.pullBroke('A 1', afterMs);
  quirks.pullHeld('A 1', 55_000);
  quirks.pullBroke('A 1', 30_000);
  expect(quirks.pullMs('A 1', 55_000)).toBe(55_000);
});

it('tries a longer pull again after many that held', () => {
  const quirks = new ModelQuirks();
  for (const afterMs of [10_000, 10_000]) quirks.pullBroke('A 1', afterMs);
  for (let held = 0; held < 50; held += 1) quirks.pullHeld('A 1', 8_000);
  expect(quirks.pullMs('A 1', 55_000)).toBe(55_000);
});
