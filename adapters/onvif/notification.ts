import { canonicalTopic } from './topics.ts';
import { child, type XmlElement } from './xml.ts';

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

/** The notifications in the answer to a pull. Source: ONVIF Core, 9.5; WS-BaseNotification, 3.2. */
export function readNotifications(response: XmlElement | undefined): readonly Notification[] {
  const messages = response?.children.filter(({ local }) => local === 'NotificationMessage') ?? [];
  return messages.map(readNotification);
}

function readNotification(element: XmlElement): Notification {
  const message = child(child(element, 'Message'), 'Message');
  const said = message?.attributes.get('PropertyOperation');
  return {
    topic: canonicalTopic(child(element, 'Topic')),
    operation: said === 'Initialized' || said === 'Changed' || said === 'Deleted' ? said : undefined,
    utcTime: message?.attributes.get('UtcTime'),
    source: itemsOf(child(message, 'Source')),
    key: itemsOf(child(message, 'Key')),
    data: itemsOf(child(message, 'Data')),
  };
}

function itemsOf(list: XmlElement | undefined): readonly Item[] {
  const simple = list?.children.filter(({ local }) => local === 'SimpleItem').slice(0, ITEMS_MAX) ?? [];
  return simple.map(({ attributes }) => ({
    name: (attributes.get('Name') ?? '').slice(0, VALUE_MAX_CHARS),
    value: (attributes.get('Value') ?? '').trim().slice(0, VALUE_MAX_CHARS),
  }));
}

/** The item of this name, or the only one there is: makers rename them. */
export function itemOf(items: readonly Item[], name: string): string | undefined {
  const named = items.find((item) => item.name.toLowerCase() === name.toLowerCase());
  return (named ?? (items.length === 1 ? items[0] : undefined))?.value;
}

/** `true`, `1` and, from relays and inputs, `active`; undefined for what is no boolean. */
export function readBoolean(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (/^(true|1|active)$/i.test(text)) return true;
  return /^(false|0|inactive)$/i.test(text) ? false : undefined;
}
