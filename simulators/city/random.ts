/** Chances that come again with the same seed. Mulberry32, by Tommy Ettinger (public domain): 2^32 numbers, then again. */
export type Chance = Readonly<{
  /** From `low` to before `high`. */
  between: (low: number, high: number) => number;
  whole: (low: number, high: number) => number;
  pick: <T>(list: readonly T[]) => T;
  /** So many different ones, in an order of chance; all of them where there are fewer. */
  some: <T>(list: readonly T[], count: number) => readonly T[];
}>;

/** `word` gives each part of the city chances of its own, so that one more device here changes nothing there. */
export function chanceOf(seed: number, word: string): Chance {
  let state = hashOf(`${seed} ${word}`);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (low: number, high: number): number => low + next() * (high - low);
  const whole = (low: number, high: number): number => Math.floor(between(low, high));
  const pick = <T>(list: readonly T[]): T => {
    const found = list[whole(0, list.length)];
    if (found === undefined) throw new Error('nothing to pick from');
    return found;
  };
  const some = <T>(list: readonly T[], count: number): readonly T[] => {
    const left = [...list];
    const taken: T[] = [];
    while (taken.length < count && left.length > 0) taken.push(...left.splice(whole(0, left.length), 1));
    return taken;
  };
  return { between, whole, pick, some };
}

/** FNV-1a, 32 bits. Source: RFC draft-eastlake-fnv. */
function hashOf(word: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < word.length; index += 1) hash = Math.imul(hash ^ word.charCodeAt(index), 0x01000193);
  return hash | 0;
}
