/**
 * Data minimisation (数据最小化): what names or shows a person is taken out of a message before anything of it is
 * judged or kept, dead letters included. Names are compared in small letters and at any depth.
 */
const PERSONAL = new Set([
  'pic',
  'scene',
  'thumbnail',
  'sub_label',
  'recognized_license_plate',
  'persionname', // a maker's slip, as is the next one
  'persistname',
  'personname',
  'idcard',
  'telnum',
  'phone',
  'license',
]);
const PERSONAL_PARTS = [/image/, /^plate/, /^similarity/];

/** More than any sound message has inside each other; the depth limit is checked later and answers with its own fault. */
const DEPTH_MAX = 64;

/** The same value without its personal fields; the very same object where it had none. `more` are a family's own names. */
export function withoutPersons(value: unknown, more: readonly string[] = []): unknown {
  return strip(value, (name) => isPersonal(name, more), DEPTH_MAX);
}

/** The same for a text that is no JSON, such as one that was cut off: `"name": value` goes as far as it can be seen. */
export function withoutPersonsInText(text: string, more: readonly string[] = []): string {
  const field = /"([^"\\]{1,64})"\s*:\s*(?:"(?:[^"\\]|\\.)*"?|[^,}\]]*)/g;
  return text.replaceAll(field, (whole, name: string) => (isPersonal(name, more) ? `"${name}":""` : whole));
}

function isPersonal(name: string, more: readonly string[]): boolean {
  const plain = name.toLowerCase();
  return PERSONAL.has(plain) || more.includes(plain) || PERSONAL_PARTS.some((part) => part.test(plain));
}

function strip(value: unknown, isOut: (name: string) => boolean, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth === 0) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => strip(item, isOut, depth - 1));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  const fields = Object.entries(value);
  const kept = fields
    .filter(([name]) => !isOut(name))
    .map(([name, inner]) => [name, strip(inner, isOut, depth - 1)] as const);
  const isWhole = kept.length === fields.length && kept.every(([, inner], index) => inner === fields[index]?.[1]);
  return isWhole ? value : Object.fromEntries(kept);
}
