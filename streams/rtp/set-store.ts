import type { ParameterSets } from '../access-unit.ts';

/** How one kind of parameter set is known: the shortest that can be one, and where its id stands. */
export type SetReader = Readonly<{ kind: 'vps' | 'sps' | 'pps'; minBytes: number; idOf(nal: Buffer): number }>;

/** Ids of an SPS run from 0 to 31; an encoder with more PPS than this is none. */
const SETS_MAX = 32;
/** A set is some ten to a hundred bytes; scaling lists make it a few hundred. */
const SET_MAX_BYTES = 4096;

/** The latest set under each id, from the session description and from the stream itself. */
export class SetStore {
  readonly #readerOf: (nal: Buffer) => SetReader | undefined;
  readonly #sets: Readonly<Record<SetReader['kind'], Map<number, Buffer>>> = {
    vps: new Map(),
    sps: new Map(),
    pps: new Map(),
  };
  readonly #hasVps: boolean;
  #current: ParameterSets | undefined;

  /** `readerOf` answers undefined for a unit that is no parameter set. */
  constructor(readerOf: (nal: Buffer) => SetReader | undefined, hasVps: boolean) {
    this.#readerOf = readerOf;
    this.#hasVps = hasVps;
  }

  /** Whether the unit was a parameter set; it is copied, since it outlives what it came in. */
  keep(nal: Buffer): boolean {
    const reader = this.#readerOf(nal);
    if (reader === undefined) return false;
    if (nal.length < reader.minBytes || nal.length > SET_MAX_BYTES) return true;
    const sets = this.#sets[reader.kind];
    const id = reader.idOf(nal);
    if (id >= SETS_MAX || sets.get(id)?.equals(nal) === true) return true;
    sets.set(id, Buffer.from(nal));
    this.#current = undefined;
    return true;
  }

  /** The same object until a set changes; undefined while one kind is missing. */
  current(): ParameterSets | undefined {
    const { vps, sps, pps } = this.#sets;
    if (sps.size === 0 || pps.size === 0 || (this.#hasVps && vps.size === 0)) return undefined;
    this.#current ??= {
      ...(this.#hasVps ? { vps: [...vps.values()] } : {}),
      sps: [...sps.values()],
      pps: [...pps.values()],
    };
    return this.#current;
  }
}
