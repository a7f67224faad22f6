import { basename } from 'node:path';
import { z } from 'zod';
import { failed, ok, type Result } from '../gateway/domain/result.ts';
import { overridable } from './catalogue.ts';
import { type Environment, type Given, readEnvironment, VARIABLES } from './environment.ts';
import type { ConfigFault } from './fault.ts';
import { planFaults } from './patrol-plans.ts';
import { completed, SECRETS, settingsSchema } from './schema.ts';
import type { Settings } from './settings.ts';
import { type ConfigFile, emptyFile, readConfigFile } from './yaml-file.ts';

/** The file that holds the settings when nobody names another. */
export const configFileOf = (env: Environment): string => env['FENGSUI_CONFIG'] || 'config/fengsui.yaml';

/**
 * The settings from `file` and the environment, which wins; without a file from the environment alone.
 * Fails with every fault at once. Throws only when the shipped catalogue is broken.
 */
export function loadSettings({
  file,
  env,
}: Readonly<{ file: string | undefined; env: Environment }>): Result<Settings, readonly ConfigFault[]> {
  const written = file === undefined ? ok(emptyFile()) : readConfigFile(file);
  const given = readEnvironment(env);
  if (!written.ok) return failed([...written.error, ...(given.ok ? [] : given.error)]);
  if (!given.ok) return given;
  for (const { path, value } of given.value) setAt(written.value.values, path.split('.'), value);
  const schema = settingsSchema(overridable());
  const checked = schema.safeParse(written.value.values);
  const name = file === undefined ? 'environment' : basename(file);
  if (checked.success) {
    const settings = completed(checked.data);
    const wrong = planFaults(settings);
    if (wrong.length === 0) return ok(settings);
    return failed(wrong.map(({ path, expected }) => faultAt(path, expected, name, written.value, given.value)));
  }
  const faults = checked.error.issues.flatMap((issue) => faultsOf(issue, schema, name, written.value, given.value));
  return failed(faults.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0)));
}

type Values = Record<string, unknown>;
const isValues = (value: unknown): value is Values => typeof value === 'object' && value !== null;

function setAt(values: Values, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    values[key] = value;
    return;
  }
  const below = values[key];
  const next: Values = isValues(below) ? below : {};
  values[key] = next;
  setAt(next, rest, value);
}

/** The faults in one issue of zod: an unknown key is one fault each, all else is one. */
function faultsOf(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  name: string,
  file: ConfigFile,
  given: readonly Given[],
): readonly ConfigFault[] {
  if (issue.code !== 'unrecognized_keys') return [faultAt(issue.path, issue.message, name, file, given)];
  const known = keysAt(schema, issue.path);
  return issue.keys.map((key) => ({
    ...faultAt([...issue.path, key], `one of the keys ${nearest(key, known).join(', ')}`, name, file, given),
    value: '(an unknown key)',
  }));
}

const KEYS_SHOWN = 12;
/** The known keys, those first that begin most like the wrong one. */
const nearest = (wrong: string, known: readonly string[]): readonly string[] =>
  known.toSorted((a, b) => sharedStart(wrong, b) - sharedStart(wrong, a)).slice(0, KEYS_SHOWN);

function sharedStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

function faultAt(
  path: readonly PropertyKey[],
  expected: string,
  name: string,
  file: ConfigFile,
  given: readonly Given[],
): ConfigFault {
  const text = path.join('.');
  const variable = given.find((one) => text === one.path || text.startsWith(`${one.path}.`))?.variable;
  const value = shown(valueAt(file.values, path));
  return {
    where: variable ?? name,
    line: variable === undefined ? file.lineAt(path) : undefined,
    path: text,
    value: value !== undefined && SECRETS.has(text) ? '(hidden)' : value,
    expected: value === undefined ? `${expected}${orVariable(text)}` : expected,
  };
}

/** Where else a missing value can be given. */
function orVariable(path: string): string {
  const variable = Object.keys(VARIABLES).find((name) => VARIABLES[name]?.[0] === path);
  return variable === undefined ? '' : ` (or by ${variable})`;
}

const valueAt = (values: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, step) => (isValues(value) ? value[String(step)] : undefined), values);

const SHOWN_MAX_CHARS = 80;
/** A value as a fault shows it, without a password that somebody wrote into a URL. */
function shown(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.replace(/\/\/[^/@\s]*@/g, '//(hidden)@').slice(0, SHOWN_MAX_CHARS);
}

/** The keys that the object at `path` of the schema may have. */
function keysAt(schema: unknown, path: readonly PropertyKey[]): readonly string[] {
  const within = unwrapped(schema);
  if (!(within instanceof z.ZodObject)) return [];
  const [step, ...rest] = path;
  return step === undefined ? Object.keys(within.shape) : keysAt(within.shape[String(step)], rest);
}

/** The object schema inside defaults, options and transforms. */
function unwrapped(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return unwrapped(schema.def.innerType);
  return schema instanceof z.ZodPipe ? unwrapped(schema.def.in) : schema;
}
