import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import type { Codec } from './definition.ts';
import { loadCodecs } from './load-codecs.ts';
import { withTopics } from './topic-prefixes.ts';
import { codecOf, YamlFamily } from './yaml-family.ts';

/** A family's file cannot be used; names every fault by file, line, field and what was expected. */
export class FamilyBroken extends Error {
  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'FamilyBroken';
  }
}

export type FamilySettings = Readonly<{
  /** Folder of families that need no code, one YAML file each. */
  profilesDir?: string | undefined;
  topics: Readonly<Record<string, readonly string[]>>;
}>;

/** All families that speak over MQTT here: those of the folder `codecs/`, and the site's own. Throws FamilyBroken. */
export async function loadFamilies({ profilesDir, topics }: FamilySettings): Promise<readonly Codec[]> {
  const shipped = await loadCodecs();
  const own = profilesDir === undefined ? [] : loadYamlFamilies(profilesDir);
  const taken = own.find(({ family }) => shipped.some((codec) => codec.family === family));
  if (taken !== undefined)
    throw new FamilyBroken([`${profilesDir}: family is '${taken.family}', expected a name that is free`]);
  return withTopics([...shipped, ...own], topics);
}

export function loadYamlFamilies(folder: string): readonly Codec[] {
  const names = readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort();
  const read = names.map((name) => readFamily(name, readFileSync(join(folder, name), 'utf8')));
  const faults = read.flatMap((one) => ('faults' in one ? one.faults : []));
  if (faults.length > 0) throw new FamilyBroken(faults);
  return read.flatMap((one) => ('codec' in one ? [one.codec] : []));
}

function readFamily(file: string, text: string): { codec: Codec } | { faults: readonly string[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [broken] = document.errors;
  if (broken !== undefined)
    return { faults: [`${file}:${lines.linePos(broken.pos[0]).line} is no YAML: ${broken.message}`] };
  const checked = YamlFamily.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (!checked.success) {
    const faults = checked.error.issues.map(({ path, message }) => {
      const keys = path.map((key) => (typeof key === 'symbol' ? String(key) : key));
      const value = JSON.stringify(document.getIn(keys)) ?? '';
      return `${file}:${lineOf(document, lines, keys)} ${keys.join('.')} is ${value}, expected ${message}`;
    });
    return { faults };
  }
  try {
    return { codec: codecOf(checked.data) };
  } catch (error) {
    return { faults: [`${file}: ${error instanceof Error ? error.message : String(error)}`] };
  }
}

/** The line of the node itself, else of the nearest one around it. */
function lineOf(
  document: ReturnType<typeof parseDocument>,
  lines: LineCounter,
  keys: readonly (string | number)[],
): number {
  for (let length = keys.length; length > 0; length--) {
    const node = document.getIn(keys.slice(0, length), true);
    const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
    const start: unknown = Array.isArray(range) ? range[0] : undefined;
    if (typeof start === 'number') return lines.linePos(start).line;
  }
  return 1;
}
