import { type Document, isMap, isNode, isScalar, isSeq, type LineCounter } from 'yaml';

type Step = PropertyKey;

/**
 * The line (from 1) of what stands at `path` in a YAML document: of its key, or of the nearest parent that is there
 * when it is missing. Undefined where not even the first step is there.
 */
export function lineAt(document: Document, lines: LineCounter, path: readonly Step[]): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const step of path) {
    const [key, value] = below(node, step);
    if (key === undefined) break;
    offset = startOf(key) ?? offset;
    node = value;
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

/** Where a step leads: the node that marks its line, and the node below it. */
function below(node: unknown, step: Step): readonly [unknown, unknown] {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
    return [pair?.key, pair?.value];
  }
  if (isSeq(node) && typeof step === 'number') return [node.items[step], node.items[step]];
  return [undefined, undefined];
}
