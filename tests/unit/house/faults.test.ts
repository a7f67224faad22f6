import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');
const ROW = /^\| (?<fault>.+?) \| `(?<file>tests\/[^`]+)` \| (?<name>.+?) \|$/;

/** The table of `docs/operation/limits.md` that names the test for each fault. */
const text = readFileSync(join(ROOT, 'docs/operation/limits.md'), 'utf8');
const section = /\n## 故障 · faults\n(?<rows>[\s\S]*?)(?=\n## |$)/.exec(text)?.groups?.['rows'] ?? '';
const rows = section.split('\n').flatMap((line) => {
  const { fault, file, name } = ROW.exec(line)?.groups ?? {};
  return fault === undefined || file === undefined || name === undefined ? [] : [{ fault, file, name }];
});

it('has a test for every fault, and each of them is there under its name', () => {
  const missing = rows.filter(({ file, name }) => {
    const path = join(ROOT, file);
    return !existsSync(path) || !readFileSync(path, 'utf8').includes(`'${name}`);
  });
  expect(missing).toEqual([]);
  // A table that nobody can read any more would prove nothing.
  expect(rows.length).toBe(section.split('\n').filter((line) => line.startsWith('| ')).length - 1);
  expect(rows.length).toBeGreaterThan(30);
});
