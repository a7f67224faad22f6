import type { Problem } from '../../../gateway/http/contract/problem.ts';

/** Names of the gateway's problems, and our own two, that the catalogues have words for. */
const NAMED = [
  'unreachable',
  'timed-out',
  'bad-request',
  'bad-value',
  'no-session',
  'no-permission',
  'out-of-scope',
  'alarm-out-of-scope',
  'not-found',
  'conflict',
  'not-possible',
  'ptz-held',
  'not-holder',
  'outcome-unknown',
  'locked',
  'too-many-requests',
  'device-refused',
  'no-picture',
  'not-supported',
  'not-connected',
  'journal-unavailable',
  'not-ready',
  'no-answer',
  'internal',
] as const;

/** The key of the words that say what went wrong and what to do next. */
export function problemKey({ type }: Pick<Problem, 'type'>): string {
  const name = type.replace(/^fengsui:/, '');
  return NAMED.some((known) => known === name) ? `problem.${name}` : 'problem.other';
}
