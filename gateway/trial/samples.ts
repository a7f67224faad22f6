import { existsSync, readFileSync } from 'node:fs';
import { z } from 'zod';

const Expected = z.looseObject({
  cases: z.array(
    z.looseObject({
      file: z.string(),
      transport: z.string(),
      topic: z.string(),
      note: z.string().optional(),
      result: z.record(z.string(), z.unknown()).optional(),
      error: z.unknown().optional(),
    }),
  ),
});

/** A family's sample payloads with what each becomes; `textOf` gives one of its files. */
export type Samples = Readonly<{
  cases: z.infer<typeof Expected>['cases'];
  textOf(file: string): string;
}>;

/** Undefined where the family has none. `folder` ends in `/`. */
export function samplesOf(folder: URL): Samples | undefined {
  const file = new URL('expected.json', folder);
  if (!existsSync(file)) return undefined;
  const { cases } = Expected.parse(JSON.parse(readFileSync(file, 'utf8')));
  return { cases, textOf: (name) => readFileSync(new URL(name, folder), 'utf8') };
}
