import type { LiveSources } from '../../../gateway/http/contract/video.ts';

export type Source = LiveSources['sources'][number];
export type Choice = { readonly source: Source } | { readonly refused: 'codec' | 'none' };

/** The quickest way first. */
const WAYS: readonly Source['protocol'][] = ['wall', 'ws-flv'];

/**
 * The first source in the wanted order of qualities that this browser plays, by the quickest way in which it does. What
 * the gateway would have to encode again comes after all that the camera sends itself.
 */
export async function chooseSource(
  { sources }: Pick<LiveSources, 'sources'>,
  order: readonly Source['quality'][],
  canPlay: (source: Source) => Promise<boolean>,
): Promise<Choice> {
  const inOrder = [false, true].flatMap((transcoded) =>
    order.flatMap((quality) =>
      WAYS.flatMap((way) =>
        sources.filter(
          (one) => one.protocol === way && one.quality === quality && (one.transcoded === true) === transcoded,
        ),
      ),
    ),
  );
  for (const source of inOrder) if (await canPlay(source)) return { source };
  return { refused: inOrder.length > 0 ? 'codec' : 'none' };
}
