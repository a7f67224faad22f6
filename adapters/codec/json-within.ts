/** JSON that stands as a text inside JSON, as some firmware sends it; any other value as it is. Never throws. */
export function jsonWithin(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[{[]/.test(value)) return value;
  try {
    const inner: unknown = JSON.parse(value);
    return inner;
  } catch {
    return value; // a text that begins like JSON: its schema says what was expected
  }
}

/** The same value as an object's fields; undefined where it is none. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.fromEntries(Object.entries(value));
}
