import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DeviceStates } from '../../../adapters/onvif/device-states.ts';

const steps = fc.array(fc.record({ object: fc.integer({ min: 0, max: 4 }), isActive: fc.boolean() }), {
  maxLength: 60,
});
const said = (object: number, isActive: boolean) => ({
  key: `o${object}`,
  group: 'area',
  isActive,
  isObject: true,
  isShared: false,
  isEcho: false,
  isKind: false,
});

it('is open, by its signals, exactly while at least one object is active', () => {
  fc.assert(
    fc.property(steps, (all) => {
      const states = new DeviceStates();
      const active = new Set<number>();
      let isOpen = false;
      for (const { object, isActive } of all) {
        const change = states.change(said(object, isActive));
        if (change === 'opens') isOpen = true;
        if (change === 'clears') isOpen = false;
        if (isActive) active.add(object);
        else active.delete(object);
        expect(isOpen).toBe(active.size > 0);
      }
    }),
  );
});

it('remembers no more than its bound, and the active ones longest', () => {
  const states = new DeviceStates();
  states.change(said(-1, true));
  for (let object = 0; object < 5_000; object += 1) states.change(said(object, false));
  expect(states.isActive('o-1')).toBe(true);
  expect(states.isActive('o0')).toBeUndefined();
  expect(states.isActive('o4999')).toBe(false);
});
