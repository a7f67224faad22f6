import { expect, it, onTestFinished } from 'vitest';
import { IdempotencyStore } from '../../../gateway/http/idempotency-store.ts';

const ANSWER = { status: 200, contentType: 'application/json', body: '{}' };

function opened(now: () => number = Date.now): IdempotencyStore {
  const store = new IdempotencyStore(':memory:', now);
  onTestFinished(() => store.close());
  return store;
}

it('says that the outcome is unknown when the process died in the middle of the act', () => {
  const store = opened();
  store.begin('key', 'what was asked');
  expect(store.find('key')).toEqual({ fingerprint: 'what was asked', answer: undefined });
});

it('keeps an answer for a day', () => {
  let now = 0;
  const store = opened(() => now);
  store.begin('key', 'print');
  store.finish('key', ANSWER);
  now = 24 * 3_600_000 - 1;
  expect(store.find('key')).toEqual({ fingerprint: 'print', answer: ANSWER });
  now += 2;
  expect(store.find('key')).toBeUndefined();
});

it('forgets the oldest keys beyond its bound', () => {
  let now = 0;
  const store = opened(() => now);
  for (let n = 0; n < 51_000; n += 1) {
    now += 1;
    store.begin(`key ${n}`, 'print');
  }
  expect(store.find('key 0')).toBeUndefined();
  expect(store.find('key 50999')).toBeDefined();
});
