import { expect, it } from 'vitest';
import { OneSender } from '../../../streams/rtp/one-sender.ts';

const admitted = (...sources: number[]): readonly number[] => {
  const one = new OneSender();
  return sources.filter((source) => one.sends(source));
};

it('passes over a packet of nobody between those of the sender', () => {
  expect(admitted(7, 7, 99, 7, 98, 7, 99, 7)).toEqual([7, 7, 7, 7, 7]);
});

it('takes a new sender once it is heard twice in a row, and then no longer the old one', () => {
  expect(admitted(7, 8, 8, 8, 7, 8)).toEqual([7, 8, 8, 8]);
});

it('is not held by a first packet of nobody', () => {
  expect(admitted(99, 7, 7, 7)).toEqual([99, 7, 7]);
});
