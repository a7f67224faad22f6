import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';
import { filesEndingIn, foldersOf } from './sources.ts';

/** Names that say nothing of what a file holds. */
const EMPTY_NAMES = /^(?:utils?|helpers?|common|managers?|services?|misc|types?)\.(?:ts|vue|mjs)$/i;
/** Above this a file is about two things. */
const LINES_MAX = 320;
/** The screens' words are data. */
const LONG_ON_PURPOSE = /^console\/src\/i18n\/[\w-]+\.ts$/;

const sources = filesEndingIn('.ts', '.vue', '.mjs');

it('names each file after what it holds', () => {
  expect(sources.filter((path) => EMPTY_NAMES.test(basename(path)))).toEqual([]);
});

it('has no file that cannot be read in one sitting', () => {
  const judged = sources.filter((path) => !LONG_ON_PURPOSE.test(path));
  const long = judged.filter((path) => readFileSync(path, 'utf8').split('\n').length > LINES_MAX);
  expect(long).toEqual([]);
});

it('has no index file that only passes names on', () => {
  const onlyExports = (path: string) =>
    /^(?:\s*export [^;]* from [^;]*;|\s*\/\/.*)*\s*$/.test(readFileSync(path, 'utf8'));
  expect(sources.filter((path) => basename(path) === 'index.ts' && onlyExports(path))).toEqual([]);
});

it('tells in each folder of the design what lives there', () => {
  const folders = ['adapters', 'streams', 'config', 'simulators', 'console', 'bench', 'setup', 'tests', 'docs'];
  const rooms = [...folders, 'gateway', ...foldersOf('gateway'), ...foldersOf('adapters')];
  expect(rooms.filter((folder) => !existsSync(join(folder, 'README.md')))).toEqual([]);
});

it('leaves nothing for later and names no tool of its making', () => {
  const words = new RegExp(`\\b(?:${['TO' + 'DO', 'FIX' + 'ME'].join('|')})\\b`);
  expect(sources.filter((path) => words.test(readFileSync(path, 'utf8')))).toEqual([]);
});
