import { isWithin, type RegionCode, regionPath } from '../../domain/region.ts';
import { covers, type Located, type Scope } from '../../domain/scope.ts';

/** What a subscription lets through: a scope, narrowed by what was asked for. */
export type Filter = Readonly<{
  scope: Scope;
  /** Whole codes, or prefixes that end in a dot; undefined: all. */
  types: readonly string[] | undefined;
  severities: readonly number[] | undefined;
  /** Whether its clients take entries as arrays. */
  isGathered: boolean;
}>;

/** Clients whose subscriptions let the same through; they share a room, so that an entry is looked at once for all. */
export type Audience = Readonly<{ room: string; filter: Filter }>;

type Subject = Located & Readonly<{ type: string; severity: number }>;

export const lets = ({ scope, types, severities }: Filter, subject: Subject): boolean =>
  (severities === undefined || severities.includes(subject.severity)) &&
  (types === undefined || types.some((type) => isOfType(type, subject.type))) &&
  covers(scope, subject);

const isOfType = (wanted: string, type: string): boolean =>
  wanted.endsWith('.') ? type.startsWith(wanted) : type === wanted;

/**
 * All audiences, found by region: the work for an entry is by the audiences above its place in the division tree,
 * however many clients there are.
 */
export class Audiences {
  readonly #byKey = new Map<string, { audience: Audience; clients: number }>();
  readonly #byNode = new Map<RegionCode, Set<Audience>>();
  #count = 0;

  /** The audience of this filter, one client larger. */
  join(filter: Filter): Audience {
    const key = keyOf(filter);
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      known.clients += 1;
      return known.audience;
    }
    this.#count += 1;
    const audience = { room: `audience/${this.#count}`, filter };
    this.#byKey.set(key, { audience, clients: 1 });
    for (const node of new Set(filter.scope.regions)) this.#at(node).add(audience);
    return audience;
  }

  leave({ filter }: Audience): void {
    const key = keyOf(filter);
    const known = this.#byKey.get(key);
    if (known === undefined) return;
    known.clients -= 1;
    if (known.clients > 0) return;
    this.#byKey.delete(key);
    for (const node of filter.scope.regions) this.#drop(node, known.audience);
  }

  /** Those whose regions hold this place, each once; whether they let it through is for `lets` to say. */
  above(region: RegionCode): ReadonlySet<Audience> {
    const found = new Set<Audience>();
    for (const node of regionPath(region)) for (const audience of this.#byNode.get(node) ?? []) found.add(audience);
    return found;
  }

  get size(): number {
    return this.#byKey.size;
  }

  #at(node: RegionCode): Set<Audience> {
    const found = this.#byNode.get(node) ?? new Set<Audience>();
    this.#byNode.set(node, found);
    return found;
  }

  #drop(node: RegionCode, audience: Audience): void {
    const found = this.#byNode.get(node);
    found?.delete(audience);
    if (found?.size === 0) this.#byNode.delete(node);
  }
}

/** The same filter gives the same key, in whatever order it was asked for. */
function keyOf({ scope, types, severities, isGathered }: Filter): string {
  const lists = [scope.regions, scope.lines, scope.compounds, types, severities];
  return JSON.stringify([...lists.map((list) => (list === undefined ? null : [...list].sort())), isGathered]);
}

/** Regions without those that lie in another of them: one entry, one way to a client. */
export const widest = (regions: readonly RegionCode[]): readonly RegionCode[] =>
  [...new Set(regions)].filter((region, _, all) => !all.some((other) => other !== region && isWithin(other, region)));
