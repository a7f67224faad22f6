import type { Severity } from '../severity/levels.ts';

/** What a key does on the desk (CONSOLE, keys). */
export type DeskKey =
  | { act: 'next' | 'previous' | 'open' | 'back' | 'showNew' | 'acknowledge' | 'dispatch' | 'comment' | 'falseAlarm' }
  | { act: 'escalate' | 'shelve' | 'broadcast' | 'mute' | 'search' | 'help' }
  | { act: 'select' | 'selectNext' | 'selectPrevious' | 'frameBack' | 'frameOn' }
  | { act: 'severity'; severity: Severity };

const KEYS: Readonly<Record<string, DeskKey>> = {
  j: { act: 'next' },
  k: { act: 'previous' },
  enter: { act: 'open' },
  escape: { act: 'back' },
  n: { act: 'showNew' },
  a: { act: 'acknowledge' },
  d: { act: 'dispatch' },
  c: { act: 'comment' },
  f: { act: 'falseAlarm' },
  s: { act: 'shelve' },
  u: { act: 'escalate' },
  b: { act: 'broadcast' },
  m: { act: 'mute' },
  x: { act: 'select' },
  ',': { act: 'frameBack' },
  '.': { act: 'frameOn' },
  '/': { act: 'search' },
  '?': { act: 'help' },
  1: { act: 'severity', severity: 1 },
  2: { act: 'severity', severity: 2 },
  3: { act: 'severity', severity: 3 },
  4: { act: 'severity', severity: 4 },
};

/** With Shift, which a capital by caps lock does not hold down. */
const SHIFTED: Readonly<Record<string, DeskKey>> = { j: { act: 'selectNext' }, k: { act: 'selectPrevious' } };
/** Acts that a held key may do again and again. */
const REPEATING: readonly string[] = ['next', 'previous', 'selectNext', 'selectPrevious', 'frameBack', 'frameOn'];

/** Of a KeyboardEvent, what decides. */
export type Pressed = Readonly<{
  key: string;
  isComposing: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey?: boolean;
  repeat: boolean;
  target: unknown;
}>;

/** The act of a key press; undefined while somebody types, composes Chinese, or means the browser's own short-cut. */
export function deskKey(event: Pressed): DeskKey | undefined {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const pressed = event.key.toLowerCase();
  const key = (event.shiftKey === true ? SHIFTED[pressed] : undefined) ?? KEYS[pressed];
  if (key === undefined) return undefined;
  if (matches(event.target, TYPING)) return key.act === 'back' ? key : undefined;
  // Enter belongs to the button or link that has the focus; a held key must not accept a row of alarms.
  if (key.act === 'open' && matches(event.target, CONTROLS)) return undefined;
  if (event.repeat && !REPEATING.includes(key.act)) return undefined;
  return key;
}

const TYPING = 'input:not([type=radio]):not([type=checkbox]):not([type=range]), textarea, select, [contenteditable]';
const CONTROLS = 'button, a, summary';

/** Whether what has the focus takes letters. */
export const isTyping = (target: unknown): boolean => matches(target, TYPING);

/** Whether the focus lies in something of that kind; the window itself is nothing of any kind. */
function matches(target: unknown, selector: string): boolean {
  const isElement = typeof target === 'object' && target !== null && 'closest' in target;
  return isElement && typeof target.closest === 'function' && target.closest(selector) !== null;
}
