import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import en from '../../../console/src/i18n/en.ts';
import zh from '../../../console/src/i18n/zh-CN.ts';
import { PROBLEMS } from '../../../gateway/http/problems.ts';

const SRC = join(import.meta.dirname, '../../../console/src');
const CHINESE = /[\u3400-\u9fff]/;

/** Every key with its words: `desk.newOnes` → `{n} …`. */
function flat(words: object, path = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(words)) {
    if (typeof value === 'string') found.set(path + key, value);
    else for (const [deeper, text] of flat(value, `${path}${key}.`)) found.set(deeper, text);
  }
  return found;
}
const [chinese, english] = [flat(zh), flat(en)];
const sources = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(ts|vue)$/.test(file) && !file.includes('i18n/'))
  .map((file) => ({ file, text: readFileSync(join(SRC, file), 'utf8') }));

const withoutComments = (text: string): string => text.replace(/<!--[\s\S]*?-->|\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');

describe('the words of the console', () => {
  it('are there in both languages, with the same values to fill in', () => {
    expect([...english.keys()]).toEqual([...chinese.keys()]);
    const slots = (text = '') => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const [key, text] of chinese) expect([key, ...slots(english.get(key))]).toEqual([key, ...slots(text)]);
  });

  it('are English in English', () => {
    const mixed = [...english].filter(([key, text]) => CHINESE.test(text) && key !== 'app.locale.zh-CN');
    expect(mixed).toEqual([]);
  });

  it('stand in the catalogues only', () => {
    expect(sources.filter(({ text }) => CHINESE.test(withoutComments(text))).map(({ file }) => file)).toEqual([]);
  });

  it('exist for every key that is named in full', () => {
    const used = sources.flatMap(({ text }) => [...text.matchAll(/\bt\('([\w.-]+)'/g)].map((match) => match[1] ?? ''));
    expect(used.length).toBeGreaterThan(100);
    expect([...new Set(used)].filter((key) => !chinese.has(key))).toEqual([]);
  });

  it('say in both languages what each problem of the gateway means, where it can reach a screen', () => {
    const unknown = Object.keys(PROBLEMS).filter((name) => !chinese.has(`problem.${name}`));
    // These belong to programs and to administration, which has no screens yet.
    const elsewhere = [
      'wrong-password',
      'foreign-origin',
      'beyond-own-scope',
      'exists',
      'too-large',
      'wrong-media-type',
    ];
    expect(unknown.filter((name) => ![...elsewhere, 'own-account', 'key-reused'].includes(name))).toEqual([]);
  });
});
