import type { Place } from '../../../gateway/http/contract/words.ts';

type Words = (key: string) => string;

/** 沪昆线 K812+300 下行 and the like; empty where the place has no post. */
export function postText({ line, km, direction }: Place, t: Words): string {
  const parts = [line, km, direction === undefined ? undefined : t(`direction.${direction}`)];
  return parts.filter((part) => part !== undefined).join(' ');
}

/** Post, then name: what a row says of where an alarm is. */
export function placeText(place: Place, t: Words): string {
  return [postText(place, t), place.name ?? ''].filter((part) => part !== '').join(' · ');
}
