import type { Codec } from '../../adapters/codec/definition.ts';
import type { DeviceProfile } from '../../config/profiles.ts';
import { pageOf } from './page.ts';
import { samplesOf } from './samples.ts';

export const PAGES = new URL('../../docs/integration/devices/', import.meta.url);
const PAYLOADS = new URL('../../tests/payloads/', import.meta.url);

/** The pages of all families by their file's name, with a list of them. */
export function pagesOf(
  codecs: readonly Codec[],
  profiles: ReadonlyMap<string, DeviceProfile>,
): ReadonlyMap<string, string> {
  const families = [...new Set(codecs.map(({ family }) => family))].sort();
  const pages = families.map((family): [string, string] => {
    const parts = {
      family,
      codecs: codecs.filter((codec) => codec.family === family),
      profile: profiles.get(family),
      samples: samplesOf(new URL(`${family}/`, PAYLOADS)),
    };
    return [`${family}.md`, pageOf(parts)];
  });
  return new Map([...pages, ['README.md', listOf(families, profiles)]]);
}

const listOf = (families: readonly string[], profiles: ReadonlyMap<string, DeviceProfile>): string =>
  [
    '# 各类设备 / families of devices',
    '',
    '每页由 codec 本身生成。Each page is made of the codec itself: `node gateway/trial/write-pages.ts`.',
    '',
    ...families.map((family) => {
      const { zh = family, en = family } = profiles.get(family) ?? {};
      return `- [${family}](${family}.md) ${zh} / ${en}`;
    }),
    '',
  ].join('\n');
