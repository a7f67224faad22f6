import type { Trouble } from './objects.ts';

/** Panels with a part in trouble, and such parts of one panel: a city's panels at a bad hour, each with a burning floor. */
const PANELS_MAX = 2_000;
const PARTS_MAX = 200;

type Parts = Map<string, readonly Trouble[]>;

/** Which parts (部件) of which panel are in trouble now: a panel's alarm ends with the last of its parts. */
export class Standing {
  readonly #panels = new Map<string, Parts>();

  tell(panel: string, part: string, troubles: readonly Trouble[]): void {
    const parts = this.#panels.get(panel) ?? new Map<string, readonly Trouble[]>();
    put(parts, part, troubles.length === 0 ? undefined : troubles, PARTS_MAX);
    put(this.#panels, panel, parts.size === 0 ? undefined : parts, PANELS_MAX);
  }

  /** Somebody pressed reset: what still burns is told of again. */
  reset(panel: string): void {
    this.#panels.delete(panel);
  }

  has(panel: string, trouble: Trouble): boolean {
    return [...(this.#panels.get(panel)?.values() ?? [])].some((troubles) => troubles.includes(trouble));
  }
}

/** Puts the latest at the end; where there is no room the one goes that was told of longest ago. */
function put<Value>(map: Map<string, Value>, key: string, value: Value | undefined, most: number): void {
  map.delete(key);
  if (value === undefined) return;
  if (map.size >= most) map.delete(map.keys().next().value ?? '');
  map.set(key, value);
}
