import type { RawMetric } from './sparkplug-payload.ts';

/** What one edge node has told of itself and of the devices behind it. */
type Unit = ReadonlyMap<number, Born>;
type Born = Readonly<{ name: string; datatype: number | undefined }>;
export type Node = {
  bdSeq: number | undefined;
  seq: number | undefined;
  /** Its own metrics under '', those of its devices under their names. */
  readonly units: Map<string, Unit>;
  rebirthAt: number;
};

/** Edge nodes of the city; the one that was born longest ago gives way, and is asked for its births once more. */
const NODES_MAX = 2_000;
const UNITS_MAX = 1_000;
/** An edge node that is asked again and again would do nothing but answer. */
const REBIRTH_EVERY_MS = 10_000;

/** The births of all edge nodes: data messages carry aliases, whose names stood in a birth only. */
export class SparkplugNodes {
  readonly #nodes = new Map<string, Node>();

  find = (edge: string): Node | undefined => this.#nodes.get(edge);

  /** A birth of the node itself: its devices are unknown until theirs. */
  born(edge: string, bdSeq: number | undefined): Node {
    return this.#add(edge, { bdSeq, seq: undefined, units: new Map(), rebirthAt: 0 });
  }

  /** A node that we met in mid-stream. */
  met = (edge: string): Node => this.find(edge) ?? this.born(edge, undefined);

  /** Whether it is time to ask this node for its births. */
  mayAsk(node: Node, now: number): boolean {
    if (now - node.rebirthAt < REBIRTH_EVERY_MS) return false;
    node.rebirthAt = now;
    return true;
  }

  #add(edge: string, node: Node): Node {
    this.#nodes.delete(edge);
    this.#nodes.set(edge, node);
    const [oldest] = this.#nodes.keys();
    if (this.#nodes.size > NODES_MAX && oldest !== undefined) this.#nodes.delete(oldest);
    return node;
  }
}

/** Keeps the names and datatypes that a birth gave to its aliases. */
export function learn(node: Node, unit: string, metrics: readonly RawMetric[]): void {
  if (node.units.size >= UNITS_MAX && !node.units.has(unit)) return;
  const named = metrics.flatMap(({ name, alias, datatype }): (readonly [number, Born])[] =>
    name === undefined || alias === undefined ? [] : [[alias, { name, datatype }]],
  );
  node.units.set(unit, new Map(named));
}

/** Whether this message follows the last one: `seq` counts to 255 and begins again. */
export function follows(node: Node, seq: number | undefined): boolean {
  const isNext = seq === undefined || (node.seq !== undefined && seq === (node.seq + 1) % 256);
  node.seq = seq ?? node.seq;
  return isNext;
}
