import type { DeviceKind } from '../gateway/domain/device.ts';

/** What of a device decides between types that share a topic. */
export type TopicContext = Readonly<{ kind: DeviceKind; tags: readonly string[] }>;

/** One cell entry of the column `onvif_topics`, taken apart: `tns1:Door/State/DoorAlarm (DoorForcedOpen)`. */
type TopicKey = Readonly<{ topic: string; anyBelow: boolean; conditions: readonly Condition[]; type: string }>;
type Condition = Readonly<{ weight: number; holds: (context: TopicContext, states: readonly string[]) => boolean }>;

const WITH_BRACKETS = /^(\S+)(?: \(([^()]*)\))?$/;

/** `topic (state)` taken apart; states are what an adapter adds in brackets, such as DoorForcedOpen. */
function partsOf(text: string): Readonly<{ topic: string; words: readonly string[] }> {
  const [, topic = text, words] = WITH_BRACKETS.exec(text.trim()) ?? [];
  return { topic, words: words === undefined ? [] : words.split(',').map((word) => word.trim()) };
}

/** Heavier conditions say more: a zone or a look-out's task goes before the class of the camera. */
function conditionOf(word: string): Condition {
  if (word === 'mapped' || word === 'absent') return { weight: 0, holds: () => false }; // only a device's own record says so
  if (word === 'railway')
    return { weight: 1, holds: ({ kind, tags }) => kind === 'railway' || tags.includes('railway') };
  if (word === 'look-out camera') return { weight: 2, holds: ({ tags }) => tags.includes('lookout') };
  const zone = /^zone (\S+)$/.exec(word)?.[1];
  if (zone !== undefined) return { weight: 3, holds: ({ tags }) => tags.includes(`zone:${zone}`) };
  const accepted = word.split('/');
  return { weight: 4, holds: (_context, states) => accepted.some((state) => states.includes(state)) };
}

function keyOf(text: string, type: string): TopicKey {
  const { topic, words } = partsOf(text);
  const anyBelow = topic.endsWith('/*');
  return { topic: anyBelow ? topic.slice(0, -1) : topic, anyBelow, conditions: words.map(conditionOf), type };
}

const weightOf = (key: TopicKey): number => key.conditions.reduce((sum, { weight }) => sum + weight, 0);

/** Finds the alarm type of an ONVIF topic, in the order of the catalogue's conditions: the heaviest that holds. */
export function topicFinder(
  types: readonly Readonly<{ code: string; onvif_topics: readonly string[] }>[],
): (onvifTopic: string, context: TopicContext) => string | undefined {
  const keys = types.flatMap(({ code, onvif_topics }) => onvif_topics.map((text) => keyOf(text, code)));
  keys.sort((a, b) => weightOf(b) - weightOf(a));
  return (onvifTopic, context) => {
    const { topic, words } = partsOf(onvifTopic);
    return keys.find(
      (key) =>
        (key.anyBelow ? topic.startsWith(key.topic) : topic === key.topic) &&
        key.conditions.every(({ holds }) => holds(context, words)),
    )?.type;
  };
}

/** Plain keys (without brackets) that two types claim: which of them is meant could not be told. */
export function doubledTopics(
  rows: readonly Readonly<{ line: number; row: Readonly<{ onvif_topics: readonly string[] }> }>[],
): readonly Readonly<{ line: number; topic: string; former: number }>[] {
  const lineOf = new Map<string, number>();
  return rows.flatMap(({ line, row }) =>
    row.onvif_topics.flatMap((topic) => {
      const former = lineOf.get(topic);
      lineOf.set(topic, former ?? line);
      return former === undefined || topic.endsWith('(mapped)') ? [] : [{ line, topic, former }];
    }),
  );
}
