import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { type Document, isMap, isScalar, LineCounter, parseDocument, visit, type YAMLError } from 'yaml';
import { failed, ok, type Result } from '../gateway/domain/result.ts';
import type { ConfigFault } from './fault.ts';
import { lineAt } from './yaml-line.ts';

/** A settings file as it was read: plain values, and where each stands. */
export type ConfigFile = Readonly<{
  values: Record<string, unknown>;
  lineAt: (path: readonly PropertyKey[]) => number | undefined;
}>;

export const emptyFile = (): ConfigFile => ({ values: {}, lineAt: () => undefined });

/** Settings are a few KiB; what is larger is another file by mistake. */
const FILE_MAX_BYTES = 256 * 1024;
/** Repeated parts by `*alias`: enough for any settings, too few to blow up memory. */
const ALIASES_MAX = 20;
const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** Reads a YAML file; fails on what is no YAML, no map, too large, or has keys that would reach into objects. */
export function readConfigFile(path: string): Result<ConfigFile, readonly ConfigFault[]> {
  const where = basename(path);
  const text = textOf(path);
  if (!text.ok) return text;
  const lines = new LineCounter();
  const document = parseDocument(text.value, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const lineOf = (steps: readonly PropertyKey[]) => lineAt(document, lines, steps);
  if (document.errors.length > 0) return failed(document.errors.map((error) => unreadable(where, lines, error)));
  const forbidden = forbiddenKeys(document, lines, where);
  if (forbidden.length > 0) return failed(forbidden);
  if (document.contents === null) return ok(emptyFile());
  if (!isMap(document.contents))
    return failed([{ where, line: 1, path: '', value: 'not a map', expected: 'key: value lines' }]);
  const values = valuesOf(document);
  if (values === undefined) {
    const expected = `at most ${ALIASES_MAX} uses of aliases`;
    return failed([{ where, line: undefined, path: '', value: 'too many aliases', expected }]);
  }
  return ok({ values, lineAt: lineOf });
}

function textOf(path: string): Result<string, readonly ConfigFault[]> {
  const fault = { where: path, line: undefined, path: '' };
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) return failed([{ ...fault, value: undefined, expected: 'a settings file (FENGSUI_CONFIG)' }]);
  if (size > FILE_MAX_BYTES)
    return failed([{ ...fault, value: `${size} bytes`, expected: `at most ${FILE_MAX_BYTES} bytes` }]);
  try {
    return ok(readFileSync(path, 'utf8'));
  } catch (error) {
    const value = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return failed([{ ...fault, value, expected: 'a file that this user may read' }]);
  }
}

/** The parser's own message may quote the line, with a password in it: only its code is shown. */
function unreadable(where: string, lines: LineCounter, error: YAMLError): ConfigFault {
  const { line } = lines.linePos(error.pos[0]);
  return { where, line, path: '', value: error.code, expected: EXPECTED[error.code] ?? 'well-formed YAML' };
}
const EXPECTED: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'each key once',
  TAB_AS_INDENT: 'spaces, not tabs, at the beginning of a line',
  BAD_INDENT: 'keys of one map to begin in the same column',
  MISSING_CHAR: 'a closing quote or bracket',
};

function forbiddenKeys(document: Document, lines: LineCounter, where: string): readonly ConfigFault[] {
  const faults: ConfigFault[] = [];
  visit(document, {
    Pair(_key, { key }) {
      if (!isScalar(key) || !FORBIDDEN_KEYS.has(String(key.value))) return;
      const line = key.range == null ? undefined : lines.linePos(key.range[0]).line;
      faults.push({ where, line, path: String(key.value), value: '(an unknown key)', expected: 'a key of a setting' });
    },
  });
  return faults;
}

function valuesOf(document: Document): Record<string, unknown> | undefined {
  try {
    return document.toJS({ maxAliasCount: ALIASES_MAX });
  } catch (error) {
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}
