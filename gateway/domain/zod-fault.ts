import type { z } from 'zod';
import { BAD_REASONS, type BadReason, type BadValue, badValue } from './bad-value.ts';
import { failed, ok, type Result } from './result.ts';

/** At least one: a message that fails has a headline. */
export type Faults = readonly [BadValue, ...BadValue[]];
type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** A message of zod's own; anything else was written in the schema and says what was expected. */
const ZODS_OWN_WORDS = /^(Invalid|Too big|Too small|Unrecognized)/;

/** The one way a value from outside becomes a typed one: the value, or every fault in it in the order of the schema. */
export function check<T>(schema: z.ZodType<T>, input: unknown): Result<T, Faults> {
  const parsed = schema.safeParse(input);
  return parsed.success ? ok(parsed.data) : failed(faultsOf(parsed.error.issues, input));
}

/** What zod found wrong with `input`. `root` names the whole of it, where the fault is not in one field. */
export function faultsOf(issues: readonly Issue[], input: unknown, root = '(payload)'): Faults {
  const [first, ...more] = issues.flatMap((issue) => toFaults(issue, input, root));
  return [first ?? badValue('wrong-type', root, input, 'another value'), ...more];
}

function toFaults(issue: Issue, input: unknown, root: string): readonly BadValue[] {
  if (issue.code === 'unrecognized_keys') {
    // the value under a misspelt key may be a secret: the key itself says enough
    return issue.keys.map((key) => badValue('unknown-code', fieldName([...issue.path, key], root), key, 'no such key'));
  }
  if (issue.code === 'invalid_union') {
    const inner = insideOf(issue);
    if (inner !== undefined) return inner.flatMap((one) => toFaults(one, input, root));
  }
  const value = issue.code === 'invalid_key' ? issue.path.at(-1) : valueAt(input, issue.path);
  const text = value === undefined ? '' : typeof value === 'number' ? String(value) : value;
  return [badValue(reasonOf(issue, value), fieldName(issue.path, root), text, expectedOf(issue))];
}

/** The faults of the branch that came furthest, where one got past the outermost value; its paths made whole. */
function insideOf(issue: z.core.$ZodIssueInvalidUnion): readonly Issue[] | undefined {
  const depth = (issues: readonly Issue[]): number => Math.max(0, ...issues.map(({ path }) => path.length));
  const [deepest] = issue.errors.filter((issues) => depth(issues) > 0).sort((a, b) => a.length - b.length);
  return deepest?.map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
}

function reasonOf(issue: Issue, value: unknown): BadReason {
  if (value === undefined) return 'missing-field';
  switch (issue.code) {
    case 'invalid_type':
      return typeof value === 'number' && !Number.isFinite(value) ? 'out-of-range' : 'wrong-type';
    case 'invalid_format':
      return TIME_FORMATS.has(issue.format) ? badTimeOrType(value) : 'wrong-type';
    case 'invalid_value':
      return issue.values.some((allowed) => typeof allowed === typeof value) ? 'unknown-code' : 'wrong-type';
    case 'invalid_union':
      return issue.errors.length === 0 ? 'unknown-code' : 'wrong-type';
    case 'custom':
      return BAD_REASONS.find((reason) => reason === issue.params?.['reason']) ?? 'out-of-range';
    default:
      return 'out-of-range';
  }
}

const TIME_FORMATS: ReadonlySet<string> = new Set(['datetime', 'date', 'time', 'duration']);
const badTimeOrType = (value: unknown): BadReason => (typeof value === 'string' ? 'bad-time' : 'wrong-type');

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};
const FORMAT_WORDS: Readonly<Record<string, string>> = {
  datetime: 'ISO 8601 with zone',
  date: 'YYYY-MM-DD',
  time: 'hh:mm:ss',
  duration: 'ISO 8601 duration, such as PT60S',
  url: 'a URL',
  email: 'an e-mail address',
  ipv4: 'an IPv4 address',
  cidrv4: 'an IPv4 network, such as 10.0.0.0/8',
};

/** What a reader needs to put it right; the schema's own `error` text wins. */
function expectedOf(issue: Issue): string {
  if (issue.message !== '' && !ZODS_OWN_WORDS.test(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return TYPE_WORDS[issue.expected] ?? issue.expected;
    case 'invalid_format':
      return FORMAT_WORDS[issue.format] ?? `text in the form ${issue.pattern ?? issue.format}`;
    case 'invalid_value':
      return oneOf(issue.values.map(String));
    case 'too_small':
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unitOf(issue.origin)}`;
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    case 'invalid_union':
      return 'options' in issue && Array.isArray(issue.options)
        ? oneOf(issue.options.map(String))
        : oneOf([...new Set(issue.errors.flat().map(expectedOf))]);
    case 'invalid_key':
    case 'invalid_element':
      return oneOf([...new Set(issue.issues.map(expectedOf))]);
    default:
      return 'another value';
  }
}

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' || origin === 'set' ? ' entries' : '';
}

/** `a, b or c`. */
function oneOf(words: readonly string[]): string {
  if (words.length < 2) return words[0] ?? 'another value';
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** `metrics[0].alias`. */
function fieldName(path: Path, root: string): string {
  if (path.length === 0) return root;
  const parts = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`));
  return parts.join('').replace(/^\./, '');
}

function valueAt(input: unknown, path: Path): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
