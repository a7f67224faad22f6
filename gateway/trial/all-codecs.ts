import { existsSync } from 'node:fs';
import type { Codec } from '../../adapters/codec/definition.ts';
import { loadCodecs } from '../../adapters/codec/load-codecs.ts';

/** The folders of adapters/ that hold families. */
const TRANSPORTS = ['mqtt', 'http', 'tcp'] as const;

/** The families of all transports. */
export async function allCodecs(): Promise<readonly Codec[]> {
  const folders = TRANSPORTS.map((name) => new URL(`../../adapters/${name}/codecs/`, import.meta.url));
  const found = await Promise.all(folders.filter((folder) => existsSync(folder)).map((folder) => loadCodecs(folder)));
  return found.flat();
}
