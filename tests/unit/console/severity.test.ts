import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { gravest, LEVELS, SEVERITIES } from '../../../console/src/severity/levels.ts';

const SRC = join(import.meta.dirname, '../../../console/src');
const css = readFileSync(join(SRC, 'severity/severity.css'), 'utf8');
const tokens = readFileSync(join(SRC, 'styles/tokens.css'), 'utf8');

/** Relative luminance. Source: WCAG 2.2, definition of contrast ratio. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}
const block = (source: string, selector: string): string => source.split(`${selector} {`)[1]?.split('}')[0] ?? '';
const value = (text: string, name: string): string => new RegExp(`${name}: (#[0-9a-f]{6})`).exec(text)?.[1] ?? '';

describe('levels', () => {
  it('each have a shape, a numeral and a word of their own', () => {
    const levels = SEVERITIES.map((severity) => LEVELS[severity]);
    for (const key of ['shape', 'roman', 'wordKey'] as const)
      expect(new Set(levels.map((level) => level[key])).size).toBe(4);
  });

  it('are graver the smaller the number', () => {
    expect(gravest([{ severity: 3 }, { severity: 2 }, { severity: 4 }])).toBe(2);
    expect(gravest([])).toBeUndefined();
  });

  it.each(['light', 'dark'])(
    'can be read on %s ground: number on its fill, outline and text on the surface',
    (theme) => {
      const surface = value(block(tokens, `.theme-${theme}`), '--surface');
      for (const severity of SEVERITIES) {
        const level = block(css, `.theme-${theme} .level-${severity}`);
        expect(contrast(value(level, '--level-ink'), value(level, '--level-fill'))).toBeGreaterThanOrEqual(4.5);
        expect(contrast(value(level, '--level-line'), surface)).toBeGreaterThanOrEqual(4.5);
      }
    },
  );

  it('own their colours: no other file names them', () => {
    const colours = [...css.matchAll(/--level-(?:fill|line): (#[0-9a-f]{6})/g)].map((match) => match[1] ?? '');
    const others = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(css|vue|ts)$/.test(file) && !file.includes('severity.css'))
      .filter((file) => colours.some((colour) => readFileSync(join(SRC, file), 'utf8').toLowerCase().includes(colour)));
    expect(others).toEqual([]);
  });
});
