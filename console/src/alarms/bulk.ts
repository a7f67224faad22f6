import type { Alarm, AlarmAction, AlarmCommand, BulkResult } from '../../../gateway/http/contract/alarms.ts';
import type { Problem } from '../../../gateway/http/contract/problem.ts';
import { ask } from '../api/request.ts';
import { isOffered, isShelvable } from './states.ts';

export type BulkAct = Extract<AlarmAction, 'acknowledge' | 'shelve'>;
export type BulkOrder = Readonly<{ action: BulkAct; fields: Omit<AlarmCommand, 'version'> }>;
/** One alarm for which it was not done: the gateway's words, Chinese and English with a dot between. */
export type Refusal = Readonly<{ alarm: Alarm; status: number; detail: string }>;
export type BulkDone = Readonly<{ done: readonly Alarm[]; refused: readonly Refusal[] }>;

/** What of the chosen an act can be done for at once: red never, it wants a person of its own. */
export function sortOut(chosen: readonly Alarm[], action: BulkAct) {
  const red = chosen.filter(({ severity }) => severity === 1);
  const fits = (alarm: Alarm) => (action === 'shelve' ? isShelvable(alarm) : isOffered(action, alarm));
  const fit = chosen.filter((alarm) => alarm.severity > 1 && fits(alarm));
  return { fit, red: red.length, unfit: chosen.length - red.length - fit.length };
}

/** From where to where they lie, by line and post; empty where none has a post. */
export function postRange(alarms: readonly Alarm[]): string {
  const places = alarms
    .map(({ place }) => place)
    .filter(({ km, kmValue }) => km !== undefined && kmValue !== undefined);
  const [first, ...others] = places.sort((a, b) => (a.kmValue ?? 0) - (b.kmValue ?? 0));
  const last = others.pop();
  const lines = [...new Set(places.map(({ line }) => line))];
  if (first === undefined || lines.length > 1) return lines.filter((line) => line !== undefined).join(' ');
  const ends = [first.km, last?.km].filter((km) => km !== undefined);
  return [first.line, [...new Set(ends)].join(' – ')].filter((part) => part !== undefined).join(' ');
}

const TITLES_MAX = 4;
/** `甲 ×3 · 乙`: each once with how many, the most first; what is beyond four ends in `…`. */
export function countTitles(titles: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const title of titles) counts.set(title, (counts.get(title) ?? 0) + 1);
  const words = [...counts].sort(([, a], [, b]) => b - a).map(([title, n]) => (n > 1 ? `${title} ×${n}` : title));
  return words.length > TITLES_MAX ? `${words.slice(0, TITLES_MAX).join(' · ')} …` : words.join(' · ');
}

/** One order for all of them, each by the version that was seen; `key` as for a single order. */
export async function giveBulk(
  alarms: readonly Alarm[],
  { action, fields }: BulkOrder,
  key: string,
): Promise<BulkDone | Readonly<{ problem: Problem }>> {
  const items = alarms.map(({ id, version }) => ({ id, version }));
  const answer = await ask<BulkResult>('/alarms/bulk', { method: 'POST', body: { ...fields, action, items }, key });
  if (!answer.ok) return { problem: answer.problem };
  const byId = new Map(answer.value.items.map((item) => [item.id, item]));
  const done: Alarm[] = [];
  const refused: Refusal[] = [];
  for (const alarm of alarms) {
    const { status = 0, detail = '', alarm: present } = byId.get(alarm.id) ?? {};
    if (status === 200 && present !== undefined) done.push(present);
    else refused.push({ alarm: present ?? alarm, status, detail });
  }
  return { done, refused };
}

/** The half of the gateway's two-language words that the reader wants. */
export function halfOf(detail: string, locale: string): string {
  const [zh = '', en = zh] = detail.split(' · ');
  return locale === 'en' ? en : zh;
}
