import { findTopic } from './topics.ts';
import { dateTime, NOTHING, type Xml, xml } from './xml.ts';

export type Operation = 'Initialized' | 'Changed' | 'Deleted';
type Values = Readonly<Record<string, string | number | boolean>>;

/** What happened: values of the topic's data and key, and of its source where it differs from the usual one. */
export type Happening = Readonly<{ data: Values; source?: Values; operation?: Operation }>;

/** A message to subscribers. `state` names the property it is about; undefined for something without a state. */
export type Notification = Readonly<{
  topic: string;
  at: number;
  operation: Operation | undefined;
  source: Values;
  key: Values;
  data: Values;
  state: string | undefined;
}>;

/** The message of a happening. An unknown topic is taken as it is said; a known one is filled up and put in order. */
export function notify(topic: string, { data, source, operation }: Happening, at: number): Notification {
  const known = findTopic(topic);
  const keys = new Set(known?.key.map(({ name }) => name));
  const usual = Object.fromEntries(known?.source.map(({ name, value }) => [name, value]) ?? []);
  const pick = (isKey: boolean): Values =>
    Object.fromEntries(Object.entries(data).filter(([name]) => keys.has(name) === isKey));
  const told = { source: { ...usual, ...source }, key: pick(true), data: pick(false) };
  const isProperty = known?.isProperty ?? operation !== undefined;
  const state = isProperty ? JSON.stringify([topic, told.source, told.key]) : undefined;
  return { topic, at, operation: isProperty ? (operation ?? 'Changed') : undefined, ...told, state };
}

/** Source: ONVIF Core, "Notification message"; OASIS WS-BaseNotification 1.3. */
export function writeNotification({ topic, at, operation, source, key, data }: Notification): Xml {
  const property = operation === undefined ? NOTHING : xml` PropertyOperation="${operation}"`;
  return xml`<wsnt:NotificationMessage>
    <wsnt:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">tns1:${topic}</wsnt:Topic>
    <wsnt:Message><tt:Message UtcTime="${dateTime(at)}"${property}>
      <tt:Source>${items(source)}</tt:Source>
      ${Object.keys(key).length === 0 ? NOTHING : xml`<tt:Key>${items(key)}</tt:Key>`}
      <tt:Data>${items(data)}</tt:Data>
    </tt:Message></wsnt:Message>
  </wsnt:NotificationMessage>`;
}

const items = (values: Values): readonly Xml[] =>
  Object.entries(values).map(([name, value]) => xml`<tt:SimpleItem Name="${name}" Value="${value}"/>`);
