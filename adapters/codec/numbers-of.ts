/** Of these names and values those that are numbers: what a device left out, or says is unknown, is not measured. */
export function numbersOf(
  entries: readonly (readonly [name: string, value: unknown])[],
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    entries.flatMap(([name, value]) => (typeof value === 'number' && Number.isFinite(value) ? [[name, value]] : [])),
  );
}
