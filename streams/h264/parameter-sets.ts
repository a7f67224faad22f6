import type { ParameterSets } from '../access-unit.ts';
import { BitReader, withoutEmulation } from './bits.ts';
import { NAL, nalType } from './nal.ts';

/** Ids of an SPS run from 0 to 31; an encoder with more PPS than this is none. */
const SETS_MAX = 32;
/** A set is some ten to a hundred bytes; scaling lists make it a few hundred. */
const SET_MAX_BYTES = 4096;

/** The latest set under each id, from the session description and from the stream itself. */
export class SetStore {
  readonly #sps = new Map<number, Buffer>();
  readonly #pps = new Map<number, Buffer>();
  #current: ParameterSets | undefined;

  /** Whether the unit was a parameter set; it is copied, since it outlives what it came in. */
  keep(nal: Buffer): boolean {
    const type = nalType(nal);
    if (type !== NAL.sps && type !== NAL.pps) return false;
    const id = type === NAL.sps ? readSpsId(nal) : readPpsId(nal);
    const sets = type === NAL.sps ? this.#sps : this.#pps;
    if (nal.length < (type === NAL.sps ? 5 : 2) || nal.length > SET_MAX_BYTES || id >= SETS_MAX) return true;
    if (sets.get(id)?.equals(nal) === true) return true;
    sets.set(id, Buffer.from(nal));
    this.#current = undefined;
    return true;
  }

  /** The same object until a set changes; undefined while one kind is missing. */
  current(): ParameterSets | undefined {
    if (this.#sps.size === 0 || this.#pps.size === 0) return undefined;
    this.#current ??= { sps: [...this.#sps.values()], pps: [...this.#pps.values()] };
    return this.#current;
  }
}

const readSpsId = (nal: Buffer): number => new BitReader(withoutEmulation(nal.subarray(4, 16))).unsigned();
const readPpsId = (nal: Buffer): number => new BitReader(withoutEmulation(nal.subarray(1, 12))).unsigned();
