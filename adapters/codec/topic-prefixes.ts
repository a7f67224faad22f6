import type { Codec } from './definition.ts';
import { topicPattern } from './topic-pattern.ts';

/**
 * The same codecs, each reading the topics of its family under further first levels as well: `{frigate: [site-2/nvr]}`
 * adds `site-2/nvr/events` to `frigate/events`. Patterns that begin with a name need none.
 */
export function withTopics(
  codecs: readonly Codec[],
  prefixes: Readonly<Record<string, readonly string[]>>,
): readonly Codec[] {
  return codecs.map((codec) => {
    const more = (prefixes[codec.family] ?? []).flatMap((prefix) =>
      codec.topics
        .filter(({ text }) => !text.startsWith('{'))
        .map(({ text }) => topicPattern(text.replace(/^[^/]+/, () => prefix))),
    );
    if (more.length === 0) return codec;
    const topics = [...codec.topics, ...more];
    return { ...codec, topics, open: (ports) => ({ ...codec.open(ports), topics }) };
  });
}
