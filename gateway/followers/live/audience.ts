import { LatelyUsed } from '../../domain/lately-used.ts';
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

/** Clients whose subscriptions let the same through: an entry is looked at, and written out, once for all of them. */
export type Audience<Client> = Readonly<{ filter: Filter; clients: ReadonlySet<Client> }>;
type Kept<Client> = Readonly<{ filter: Filter; clients: Set<Client> }>;

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
export class Audiences<Client> {
  readonly #byKey = new Map<string, Kept<Client>>();
  readonly #byNode = new Map<RegionCode, Set<Kept<Client>>>();
  /** Who is above a place, as found since an audience last came or went. */
  #above = newAbove<Client>();

  /** The audience of this filter, with this client in it. */
  join(filter: Filter, client: Client): Audience<Client> {
    const key = keyOf(filter);
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      known.clients.add(client);
      return known;
    }
    const audience = { filter, clients: new Set([client]) };
    this.#byKey.set(key, audience);
    for (const node of new Set(filter.scope.regions)) this.#at(node).add(audience);
    return audience;
  }

  leave({ filter }: Audience<Client>, client: Client): void {
    const key = keyOf(filter);
    const known = this.#byKey.get(key);
    known?.clients.delete(client);
    if (known === undefined || known.clients.size > 0) return;
    this.#byKey.delete(key);
    for (const node of filter.scope.regions) this.#drop(node, known);
  }

  /** Those whose regions hold this place, each once; whether they let it through is for `lets` to say. */
  above(region: RegionCode): ReadonlySet<Audience<Client>> {
    if (this.#byNode.size === 0) return NOBODY;
    return this.#above.get(region) ?? this.#above.keep(region, this.#findAbove(region));
  }

  get size(): number {
    return this.#byKey.size;
  }

  #findAbove(region: RegionCode): ReadonlySet<Audience<Client>> {
    const found = new Set<Audience<Client>>();
    for (const node of regionPath(region)) for (const audience of this.#byNode.get(node) ?? []) found.add(audience);
    return found;
  }

  #at(node: RegionCode): Set<Kept<Client>> {
    this.#above = newAbove();
    const found = this.#byNode.get(node) ?? new Set<Kept<Client>>();
    this.#byNode.set(node, found);
    return found;
  }

  #drop(node: RegionCode, audience: Kept<Client>): void {
    this.#above = newAbove();
    const found = this.#byNode.get(node);
    found?.delete(audience);
    if (found?.size === 0) this.#byNode.delete(node);
  }
}

const NOBODY: ReadonlySet<never> = new Set();

/** 1,024 to 2,048 places: a storm comes from fewer. */
const newAbove = <Client>(): LatelyUsed<ReadonlySet<Audience<Client>>> => new LatelyUsed(1024);

/** The same filter gives the same key, in whatever order it was asked for. */
export function keyOf({ scope, types, severities, isGathered }: Filter): string {
  const lists = [scope.regions, scope.lines, scope.compounds, types, severities];
  return JSON.stringify([...lists.map((list) => (list === undefined ? null : [...list].sort())), isGathered]);
}

/** Regions without those that lie in another of them: one entry, one way to a client. */
export const widest = (regions: readonly RegionCode[]): readonly RegionCode[] =>
  [...new Set(regions)].filter((region, _, all) => !all.some((other) => other !== region && isWithin(other, region)));
