import type { Severity } from '../severity/levels.ts';

/** What a key does on the desk (CONSOLE, keys). */
export type DeskKey =
  | { act: 'next' | 'previous' | 'open' | 'back' | 'showNew' | 'acknowledge' | 'dispatch' | 'comment' | 'falseAlarm' }
  | { act: 'escalate' | 'broadcast' | 'mute' | 'search' | 'help' }
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
  u: { act: 'escalate' },
  b: { act: 'broadcast' },
  m: { act: 'mute' },
  '/': { act: 'search' },
  '?': { act: 'help' },
  1: { act: 'severity', severity: 1 },
  2: { act: 'severity', severity: 2 },
  3: { act: 'severity', severity: 3 },
  4: { act: 'severity', severity: 4 },
};

/** Of a KeyboardEvent, what decides. */
export type Pressed = Readonly<{
  key: string;
  isComposing: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  repeat: boolean;
  target: unknown;
}>;

/** The act of a key press; undefined while somebody types, composes Chinese, or means the browser's own short-cut. */
export function deskKey(event: Pressed): DeskKey | undefined {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const key = KEYS[event.key.toLowerCase()];
  if (key === undefined) return undefined;
  if (matches(event.target, TYPING)) return key.act === 'back' ? key : undefined;
  // Enter belongs to the button or link that has the focus; a held key must not accept a row of alarms.
  if (key.act === 'open' && matches(event.target, CONTROLS)) return undefined;
  if (event.repeat && key.act !== 'next' && key.act !== 'previous') return undefined;
  return key;
}

const TYPING = 'input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]';
const CONTROLS = 'button, a, summary';

/** Whether the focus lies in something of that kind; the window itself is nothing of any kind. */
function matches(target: unknown, selector: string): boolean {
  const isElement = typeof target === 'object' && target !== null && 'closest' in target;
  return isElement && typeof target.closest === 'function' && target.closest(selector) !== null;
}
