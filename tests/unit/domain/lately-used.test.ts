import { expect, it } from 'vitest';
import { LatelyUsed } from '../../../gateway/domain/lately-used.ts';

it('keeps what is asked for, and never more than twice its half', () => {
  const used = new LatelyUsed<number>(10);
  used.keep('always asked for', 0);
  for (let at = 1; at <= 1000; at += 1) {
    used.keep(`once ${at}`, at);
    expect(used.get('always asked for')).toBe(0);
  }
  const held = Array.from({ length: 1000 }, (_, at) => used.get(`once ${at + 1}`)).filter((one) => one !== undefined);
  expect(held.length).toBeLessThanOrEqual(20);
});

it('does not remember what only an attacker would say', () => {
  const used = new LatelyUsed<number>(10);
  expect(used.keep('x'.repeat(257), 1)).toBe(1);
  expect(used.get('x'.repeat(257))).toBeUndefined();
});
