/** A topic written as `fengsui/v1/{device}/event`: `{name}` takes one level, `{name*}` as many as there are. */
export type TopicPattern = Readonly<{
  text: string;
  /** The same as an MQTT subscription, `fengsui/v1/+/event`; MQTT has no word for what stands behind `{name*}`. */
  filter: string;
  /** What the names stand for in this topic; undefined: another topic. */
  match(topic: string): Readonly<Record<string, string>> | undefined;
}>;

const CAPTURE = /^\{([A-Za-z]\w*)(\*?)\}$/;

/** Throws on a pattern that MQTT could not subscribe to: that is a mistake in a codec. */
export function topicPattern(text: string): TopicPattern {
  const levels = text.split('/').map((level) => compileLevel(level, text));
  const star = levels.findIndex(({ filter }) => filter === '#');
  if (star === 0) throw new Error(`topic pattern ${text}: it would take the whole broker`);
  const pattern = new RegExp(`^${levels.map(({ source }) => source).join('/')}$`);
  return {
    text,
    filter: (star < 0 ? levels : levels.slice(0, star + 1)).map(({ filter }) => filter).join('/'),
    match: (topic) => {
      const found = pattern.exec(topic);
      return found === null ? undefined : { ...found.groups };
    },
  };
}

function compileLevel(level: string, text: string): { source: string; filter: string } {
  const [, name, star] = CAPTURE.exec(level) ?? [];
  if (name === undefined) {
    if (level === '' || /[{}+#*]/.test(level)) throw new Error(`topic pattern ${text}: no such level as '${level}'`);
    return { source: level.replace(/[.$^?()|[\]\\]/g, '\\$&'), filter: level };
  }
  return star === '*' ? { source: `(?<${name}>.+)`, filter: '#' } : { source: `(?<${name}>[^/]+)`, filter: '+' };
}
