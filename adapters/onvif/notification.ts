import { canonicalTopic } from './topics.ts';
import { child, childrenOf, splitName, type XmlElement } from './xml.ts';

export type Item = Readonly<{ name: string; value: string }>;
export type Operation = 'Initialized' | 'Changed' | 'Deleted';

/** One NotificationMessage, read but not judged. */
export type Notification = Readonly<{
  /** In the catalogue's form; undefined in a heartbeat. */
  topic: string | undefined;
  /** Absent in a message that tells no property: a pulse. */
  operation: Operation | undefined;
  /** As the camera wrote it, in its own clock. */
  utcTime: string | undefined;
  source: readonly Item[];
  key: readonly Item[];
  data: readonly Item[];
}>;

/** Bounds for one message: what the standard's topics carry is below ten items. */
const ITEMS_MAX = 64;
const VALUE_MAX_CHARS = 256;
/** Elements inside one ElementItem that are looked at: a polygon has dozens, and says nothing to us. */
const ELEMENTS_MAX = 64;

/**
 * The notifications in the answer to a pull, or in a Notify that was sent to us. A camera may leave the wrapper out
 * and put topic and message straight into the Notify. Source: ONVIF Core, 9.5; WS-BaseNotification, 3.2.
 */
export function readNotifications(response: XmlElement | undefined): readonly Notification[] {
  const wrapped = childrenOf(response, 'NotificationMessage');
  const bare = wrapped.length === 0 && response !== undefined && child(response, 'Topic') !== undefined;
  return (bare ? [response] : wrapped).flatMap(readMessages);
}

/** One topic may come with several messages; without any it is a heartbeat. */
function readMessages(element: XmlElement): readonly Notification[] {
  const topic = canonicalTopic(child(element, 'Topic'));
  const messages = childrenOf(element, 'Message').flatMap((outer) => {
    const inner = childrenOf(outer, 'Message');
    return inner.length > 0 ? inner : [outer];
  });
  return (messages.length > 0 ? messages : [undefined]).map((message) => readMessage(topic, message));
}

function readMessage(topic: string | undefined, message: XmlElement | undefined): Notification {
  return {
    topic,
    operation: operationOf(attributeOf(message, 'PropertyOperation')),
    utcTime: attributeOf(message, 'UtcTime'),
    source: itemsOf(child(message, 'Source')),
    key: itemsOf(child(message, 'Key')),
    data: itemsOf(child(message, 'Data')),
  };
}

/** Cameras write `changed` and `Initialised` too. */
function operationOf(said: string | undefined): Operation | undefined {
  const word = said?.trim().toLowerCase() ?? '';
  if (/^initiali[sz]ed$/.test(word)) return 'Initialized';
  if (word === 'changed') return 'Changed';
  return word === 'deleted' ? 'Deleted' : undefined;
}

/** An attribute by its local name, whatever its prefix and case. */
function attributeOf(element: XmlElement | undefined, name: string): string | undefined {
  if (element === undefined) return undefined;
  const plain = element.attributes.get(name);
  if (plain !== undefined) return plain;
  const wanted = name.toLowerCase();
  return [...element.attributes].find(([key]) => splitName(key)[1].toLowerCase() === wanted)?.[1];
}

function itemsOf(list: XmlElement | undefined): readonly Item[] {
  if (list === undefined) return [];
  return list.children.slice(0, ITEMS_MAX).flatMap((element) => {
    if (element.local === 'SimpleItem') return [itemFrom(element, attributeOf(element, 'Value') ?? element.text)];
    return element.local === 'ElementItem' ? elementItem(element) : [];
  });
}

/** An ElementItem says something to us where exactly one element in it has a text: that is its value. */
function elementItem(element: XmlElement): readonly Item[] {
  const texts = leavesOf(element.children)
    .map(({ text }) => text.trim())
    .filter((text) => text !== '');
  const [only, ...more] = texts;
  return only === undefined || more.length > 0 ? [] : [itemFrom(element, only)];
}

/** Elements without elements inside, breadth first, up to the bound. */
function leavesOf(elements: readonly XmlElement[]): readonly XmlElement[] {
  const open = elements.slice(0, ELEMENTS_MAX);
  for (let at = 0; at < open.length && open.length < ELEMENTS_MAX; at += 1) {
    open.push(...(open[at]?.children.slice(0, ELEMENTS_MAX) ?? []));
  }
  return open.filter(({ children }) => children.length === 0);
}

const itemFrom = (element: XmlElement, value: string): Item => ({
  name: (attributeOf(element, 'Name') ?? '').trim().slice(0, VALUE_MAX_CHARS),
  value: value.trim().slice(0, VALUE_MAX_CHARS),
});

const named = (items: readonly Item[], name: string): Item | undefined =>
  items.find((item) => item.name.toLowerCase() === name.toLowerCase());

/** The item of this name, or the only one there is: makers rename them. */
export function itemOf(items: readonly Item[], name: string): string | undefined {
  return (named(items, name) ?? (items.length === 1 ? items[0] : undefined))?.value;
}

/** The item of this name as a boolean; where it is missing, whether any boolean there is holds; undefined for none. */
export function booleanOf(items: readonly Item[], name: string): boolean | undefined {
  const meant = named(items, name);
  if (meant !== undefined) return readBoolean(meant.value);
  const said = items.map(({ value }) => readBoolean(value)).filter((value) => value !== undefined);
  return said.length === 0 ? undefined : said.includes(true);
}

/** `true`, `1` and, from relays, inputs and lights, `active` and `on`; undefined for what is no boolean. */
export function readBoolean(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (/^(true|1|active|on|yes)$/i.test(text)) return true;
  return /^(false|0|inactive|off|no)$/i.test(text) ? false : undefined;
}
