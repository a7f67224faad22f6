import { readdir } from 'node:fs/promises';
import { z } from 'zod';
import type { Codec } from './definition.ts';

const FOLDER = new URL('../mqtt/codecs/', import.meta.url);

const CodecShape = z.custom<Codec>(
  (value) =>
    z.object({ family: z.string(), topics: z.array(z.unknown()), open: z.function() }).safeParse(value).success,
  'a codec as `codec({…})` makes it',
);
const CodecModule = z.object({ default: z.union([CodecShape.transform((one) => [one]), z.array(CodecShape).min(1)]) });

/** Every family of `codecs/`: the folder is the registry. Throws on a file that is no codec: a mistake of ours. */
export async function loadCodecs(folder: URL = FOLDER): Promise<readonly Codec[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ts')).sort();
  const families = await Promise.all(names.map((name) => loadFamily(folder, name)));
  return families.flat();
}

async function loadFamily(folder: URL, name: string): Promise<readonly Codec[]> {
  const module = CodecModule.safeParse(await import(new URL(name, folder).href));
  if (!module.success) throw new Error(`${new URL(name, folder).pathname} has no codec as its default export`);
  return module.data.default;
}
