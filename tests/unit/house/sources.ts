import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/** Everything that we write, by path from the project's folder. */
const OURS = ['gateway', 'adapters', 'streams', 'config', 'simulators', 'console', 'bench', 'setup', 'tests'];
const NOT_OURS = /(?:^|\/)(?:dist|node_modules|payloads|fixtures|catalogue)(?:\/|$)/;

/** All files below our folders whose names end in one of these. */
export function filesEndingIn(...endings: readonly string[]): readonly string[] {
  return OURS.flatMap((folder) => below(folder)).filter((path) => endings.some((ending) => path.endsWith(ending)));
}

function below(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (NOT_OURS.test(path)) return [];
    return entry.isDirectory() ? below(path) : [path];
  });
}

export const foldersOf = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name));

/** An import of one of our files by another: `from` line `line` reaches `to`. */
export type Import = Readonly<{ from: string; line: number; text: string; to: string; isTypeOnly: boolean }>;

const SPECIFIER = /(?:\bfrom\s*|\bimport\s*\(\s*|^\s*import\s+)(['"])(\.{1,2}\/[^'"]+)\1/g;

/** The relative imports of a file, each with where it leads. */
export function importsOf(path: string): readonly Import[] {
  const source = readFileSync(path, 'utf8');
  return [...source.matchAll(SPECIFIER)].map((match) => {
    const before = source.slice(0, match.index);
    const statement = before.slice(before.search(/\b(?:import|export)\b(?![\s\S]*\b(?:import|export)\b)/));
    return {
      from: path,
      line: before.split('\n').length,
      text: `${statement.replace(/\s+/g, ' ')}${match[0]}`.trim(),
      to: normalize(join(dirname(path), match[2] ?? '')),
      isTypeOnly: /^(?:import|export)\s+type\b/.test(statement),
    };
  });
}
