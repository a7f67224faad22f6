/** A topic written as `fengsui/v1/{device}/event`: `{name}` takes one level, `{name*}` at the end all that follow. */
export type TopicPattern = Readonly<{
  text: string;
  /** The same as an MQTT subscription: `fengsui/v1/+/event`. */
  filter: string;
  /** What the names stand for in this topic; undefined: another topic. */
  match(topic: string): Readonly<Record<string, string>> | undefined;
}>;

const CAPTURE = /^\{([A-Za-z]\w*)(\*?)\}$/;

/** Throws on a pattern that MQTT could not subscribe to: that is a mistake in a codec. */
export function topicPattern(text: string): TopicPattern {
  const levels = text.split('/').map((level, index, all) => compileLevel(level, index === all.length - 1, text));
  const pattern = new RegExp(`^${levels.map(({ source }) => source).join('/')}$`);
  return {
    text,
    filter: levels.map(({ filter }) => filter).join('/'),
    match: (topic) => {
      const found = pattern.exec(topic);
      return found === null ? undefined : { ...found.groups };
    },
  };
}

function compileLevel(level: string, isLast: boolean, text: string): { source: string; filter: string } {
  const [, name, star] = CAPTURE.exec(level) ?? [];
  if (name === undefined) {
    if (level === '' || /[{}+#*]/.test(level)) throw new Error(`topic pattern ${text}: no such level as '${level}'`);
    return { source: level.replace(/[.$^?()|[\]\\]/g, '\\$&'), filter: level };
  }
  if (star === '*' && !isLast) throw new Error(`topic pattern ${text}: only the last level takes what follows`);
  return star === '*' ? { source: `(?<${name}>.+)`, filter: '#' } : { source: `(?<${name}>[^/]+)`, filter: '+' };
}
