import { describe, expect, it } from 'vitest';
import { deskKey, type Pressed } from '../../../console/src/alarms/keys.ts';

const press = (key: string, more: Partial<Pressed> = {}): Pressed => ({
  key,
  isComposing: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  repeat: false,
  target: null,
  ...more,
});
/** An element as the browser hands it over: only `closest` is asked. */
const inside = (kind: 'textarea' | 'button') => ({
  closest: (selector: string) => (selector.includes(kind) ? {} : null),
});

describe('keys of the desk', () => {
  it.each([
    ['j', 'next'],
    ['K', 'previous'],
    ['Enter', 'open'],
    ['Escape', 'back'],
    ['n', 'showNew'],
    ['a', 'acknowledge'],
    ['d', 'dispatch'],
    ['c', 'comment'],
    ['f', 'falseAlarm'],
    ['/', 'search'],
    ['?', 'help'],
    ['s', 'shelve'],
    ['x', 'select'],
    [',', 'frameBack'],
    ['.', 'frameOn'],
  ])('%s means %s', (key, act) => {
    expect(deskKey(press(key))).toEqual({ act });
  });

  it('extends the selection with Shift, and only then', () => {
    expect(deskKey(press('J', { shiftKey: true }))).toEqual({ act: 'selectNext' });
    expect(deskKey(press('K', { shiftKey: true, repeat: true }))).toEqual({ act: 'selectPrevious' });
    expect(deskKey(press('J'))).toEqual({ act: 'next' });
  });

  it('filters by level with the digits', () => {
    expect(deskKey(press('3'))).toEqual({ act: 'severity', severity: 3 });
  });

  it('does nothing while somebody types a note, except that Esc closes it', () => {
    expect(deskKey(press('a', { target: inside('textarea') }))).toBeUndefined();
    expect(deskKey(press('Escape', { target: inside('textarea') }))).toEqual({ act: 'back' });
  });

  it('does nothing while an input method composes', () => {
    expect(deskKey(press('a', { isComposing: true }))).toBeUndefined();
  });

  it('leaves the browser its own short-cuts', () => {
    expect(deskKey(press('d', { ctrlKey: true }))).toBeUndefined();
    expect(deskKey(press('f', { metaKey: true }))).toBeUndefined();
  });

  it('leaves Enter to the button that has the focus', () => {
    expect(deskKey(press('Enter', { target: inside('button') }))).toBeUndefined();
  });

  it('accepts one alarm for one press, however long the key is held', () => {
    expect(deskKey(press('a', { repeat: true }))).toBeUndefined();
    expect(deskKey(press('j', { repeat: true }))).toEqual({ act: 'next' });
  });
});
