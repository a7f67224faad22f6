import type { Codec, CodecDefinition } from './definition.ts';
import { PAYLOAD_MAX_BYTES } from './payload.ts';
import { Reading } from './reading.ts';
import { topicPattern } from './topic-pattern.ts';

export function codec<Payload, Memory = undefined>(definition: CodecDefinition<Payload, Memory>): Codec {
  const topics = definition.topics.map(topicPattern);
  const { family, about = [], format = 'json', payload, personal = [], maxBytes = PAYLOAD_MAX_BYTES } = definition;
  return {
    family,
    topics,
    profile: definition.profile,
    commands: definition.commands ?? {},
    pushed: definition.pushed,
    listens: (definition.listens ?? []).map(topicPattern),
    page: { about, format, payload, personal, maxBytes, isUnread: definition.isUnread ?? false },
    open: (ports) => {
      const reading = new Reading(definition, ports);
      return {
        family,
        topics,
        format,
        unkept: [...personal, ...(definition.credentials ?? [])],
        read: (message, captures) => reading.read(message, captures),
        forget: reading.forget,
      };
    },
  };
}
