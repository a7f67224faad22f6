import { expect, it } from 'vitest';
import { fault } from '../../../streams/fault.ts';
import { RETRY_MAX_MS, RETRY_MIN_MS, RETRY_REFUSED_MS, retryDelayMs } from '../../../streams/source.ts';

const broken = fault('ended', 'x');

it('waits half a second at least, ten at most, spread over all between', () => {
  expect(retryDelayMs(1, broken, 0)).toBe(RETRY_MIN_MS);
  expect(retryDelayMs(1, broken, 1)).toBe(1000);
  expect(retryDelayMs(50, broken, 0)).toBe(RETRY_MIN_MS);
  expect(retryDelayMs(50, broken, 1)).toBe(RETRY_MAX_MS);
});

it('leaves a camera that refused the password in peace', () => {
  expect(retryDelayMs(1, fault('unauthorised', 'x'), 0.5)).toBe(RETRY_REFUSED_MS);
});
