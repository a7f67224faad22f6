import type { LiveSources } from '../../../gateway/http/contract/video.ts';

export type Source = LiveSources['sources'][number];
export type Choice = { readonly source: Source } | { readonly refused: 'codec' | 'none' };

/** The quickest way first; on a poor network (弱网) the one that does not wait for what was lost. */
const WAYS: readonly Source['protocol'][] = ['wall', 'ws-flv', 'webrtc'];
const WAYS_IF_POOR: readonly Source['protocol'][] = ['webrtc', 'wall', 'ws-flv'];

/**
 * The first source in the wanted order of qualities that this browser plays, by the quickest way in which it does. What
 * the gateway would have to encode again comes after all that the camera sends itself.
 */
export async function chooseSource(
  { sources }: Pick<LiveSources, 'sources'>,
  order: readonly Source['quality'][],
  canPlay: (source: Source) => Promise<boolean>,
  isPoor = false,
): Promise<Choice> {
  const inOrder = [false, true].flatMap((transcoded) =>
    order.flatMap((quality) =>
      (isPoor ? WAYS_IF_POOR : WAYS).flatMap((way) =>
        sources.filter(
          (one) => one.protocol === way && one.quality === quality && (one.transcoded === true) === transcoded,
        ),
      ),
    ),
  );
  for (const source of inOrder) if (await canPlay(source)) return { source };
  return { refused: inOrder.length > 0 ? 'codec' : 'none' };
}
