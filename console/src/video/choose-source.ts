import type { LiveSources } from '../../../gateway/http/contract.ts';

export type Source = LiveSources['sources'][number];
export type Choice = { readonly source: Source } | { readonly refused: 'codec' | 'none' };

/** What a browser needs to be asked about: the sample entry of the first H.264 or H.265 profile that cameras send. */
const MIME: Readonly<Record<string, string>> = {
  h264: 'video/mp4; codecs="avc1.640029"',
  h265: 'video/mp4; codecs="hev1.1.6.L120.90"',
};

const plain = (codec: string): string =>
  codec
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .replace('hevc', 'h265')
    .replace('avc', 'h264');

/**
 * The first WebSocket-FLV source in the wanted order of qualities that this browser can play. The browser is asked,
 * never recognised by its name.
 */
export function chooseSource(
  { sources }: Pick<LiveSources, 'sources'>,
  order: readonly Source['quality'][],
  canPlay: (mime: string) => boolean,
): Choice {
  const usable = order.flatMap((quality) =>
    sources.filter((one) => one.protocol === 'ws-flv' && one.quality === quality),
  );
  const source = usable.find(({ codec }) => canPlay(MIME[plain(codec)] ?? MIME['h264'] ?? ''));
  if (source !== undefined) return { source };
  return { refused: usable.length > 0 ? 'codec' : 'none' };
}
