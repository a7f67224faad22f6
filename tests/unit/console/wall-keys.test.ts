import { expect, it } from 'vitest';
import type { Pressed } from '../../../console/src/alarms/keys.ts';
import { wallKey } from '../../../console/src/wall/wall-keys.ts';

const press = (key: string, more: Partial<Pressed> = {}): Pressed => ({
  ...{ key, isComposing: false, ctrlKey: false, metaKey: false, altKey: false, repeat: false, target: null },
  ...more,
});
const ctrl = { ctrlKey: true };

it.each([
  ['ArrowRight', 5, 6],
  ['ArrowLeft', 4, 4], // the first of its row
  ['ArrowUp', 6, 2],
  ['ArrowDown', 13, 13], // in the last row
])('with Ctrl %s goes from tile %i to %i of sixteen', (key, from, to) => {
  expect(wallKey(press(key, ctrl), 16, from)).toEqual({ act: 'pick', tile: to });
});

it('leaves arrows alone to steering once a tile is picked, and begins with the first tile before', () => {
  expect(wallKey(press('ArrowLeft'), 16, 3)).toBeUndefined();
  expect(wallKey(press('ArrowLeft'), 16, undefined)).toEqual({ act: 'pick', tile: 0 });
});

it.each([
  ['l', {}, 16, { act: 'layout', layout: 25 }],
  ['L', { shiftKey: true }, 16, { act: 'layout', layout: 9 }],
  ['l', {}, 64, { act: 'layout', layout: 1 }],
  ['L', { shiftKey: true }, 1, { act: 'layout', layout: 64 }],
  ['p', {}, 4, { act: 'rotate' }],
  ['Backspace', {}, 4, { act: 'former' }],
  ['Delete', {}, 4, { act: 'clear' }],
] as const)('%s %o on a wall of %i', (key, more, layout, act) => {
  expect(wallKey(press(key, more), layout, 2)).toEqual(act);
});

it('does nothing to a tile that nobody picked, while somebody types, or with the browser’s own keys', () => {
  expect(wallKey(press('Delete'), 4, undefined)).toBeUndefined();
  expect(wallKey(press('Backspace'), 4, undefined)).toBeUndefined();
  const field = { closest: (selector: string) => (selector.includes('input') ? {} : null) };
  expect(wallKey(press('l', { target: field }), 4, 1)).toBeUndefined();
  for (const held of [ctrl, { altKey: true }, { metaKey: true }, { isComposing: true }, { repeat: true }])
    expect(wallKey(press('p', held), 4, 1)).toBeUndefined();
});
