import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CatalogueBroken } from '../../../config/csv-table.ts';
import { readLines } from '../../../config/lines.ts';

const SHIPPED = new URL('../../../config/catalogue/lines.yaml', import.meta.url).pathname;

function faultsOf(yaml: string): readonly string[] {
  const file = join(mkdtempSync(join(tmpdir(), 'lines-')), 'lines.yaml');
  writeFileSync(file, yaml);
  try {
    readLines(file);
    return [];
  } catch (error) {
    if (!(error instanceof CatalogueBroken)) throw error;
    return error.faults.map(({ line, field, expected }) => `${line} ${field}: ${expected}`);
  }
}

const fence = '  fence: { warningM: 200, dangerM: 30, trackM: 6, hysteresisM: 15 }\n';

it('ships the lines through the city, each with posts at its ends', () => {
  expect(readLines(SHIPPED).map(({ id }) => id)).toEqual(['沪昆线', '京九线']);
});

it.each([
  ['a post that is none', '    - [114.5, 27.8, 812.3]\n    - [114.4, 27.8, K822+000]\n'],
  ['a line that ends without a post', '    - [114.5, 27.8, K812+000]\n    - [114.4, 27.8]\n'],
])('says where and what is wrong: %s', (_what, points) => {
  expect(faultsOf(`甲线:\n  zh: 甲线\n  en: A\n${fence}  points:\n${points}`)).toHaveLength(1);
});

it('refuses a fence whose steps are out of order', () => {
  const line =
    '甲线:\n  zh: 甲\n  en: A\n  fence: { warningM: 20, dangerM: 30, trackM: 6, hysteresisM: 15 }\n  points:\n';
  expect(faultsOf(`${line}    - [114.5, 27.8, K812+000]\n    - [114.4, 27.8, K822+000]\n`)).toEqual([
    '4 甲线.fence: warningM above dangerM above trackM',
  ]);
});
