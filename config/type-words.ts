import type { Device } from '../gateway/domain/device.ts';
import { doubledTopics, topicFinder } from './onvif-topics.ts';

/** What of a device decides between types that share a word. */
export type WordContext = Pick<Device, 'kind'> & Partial<Pick<Device, 'compound' | 'tags'>>;

/** The columns of alarm-types.csv that hold words of devices, each with the family that stands before its words. */
const FAMILY_OF = {
  onvif_topics: '',
  gb28181: 'gb28181:',
  isapi: 'isapi:',
  dahua: 'dahua:',
  contact_id: 'contact-id:',
  payload_keys: '',
} as const;
type Column = keyof typeof FAMILY_OF;
export const WORD_COLUMNS = ['onvif_topics', 'gb28181', 'isapi', 'dahua', 'contact_id', 'payload_keys'] as const;

export type WordRow = Readonly<Record<Column, readonly string[]> & { code: string }>;

/** `family:word (state, state)`; the makers' own spelling varies in `isapi` (VMD, vmd), whose words are compared in small letters. */
const SPLIT = /^(.*?)(?: \(([^()]*)\))?$/;

/**
 * Finds the alarm type of a word such as `isapi:fielddetection`, `dahua:CrossRegionDetection (Direction=Enter)`,
 * `contact-id:131`, `gb28181:5/6 (EventType=1)`, `zigbee2mqtt:smoke=true` or an ONVIF topic: of the keys whose
 * conditions hold the one that says most. A condition is the device's class, zone or compound, or a state in brackets
 * behind the word. Undefined: nothing fits.
 */
export function wordFinder(rows: readonly WordRow[]): (word: string, context: WordContext) => string | undefined {
  const types = rows.map((row) => ({
    code: row.code,
    onvif_topics: WORD_COLUMNS.flatMap((name) => keysOf(row, name)),
  }));
  const find = topicFinder(types);
  return (word, context) => {
    const [, said = word, states = ''] = SPLIT.exec(word) ?? [];
    const traits = traitsOf(context);
    const known = [...(states === '' ? [] : [states]), ...traits].join(', ');
    const plain = said.startsWith('isapi:') ? said.toLowerCase() : said;
    const asked = (text: string): string | undefined =>
      find(known === '' ? text : `${text} (${known})`, { kind: context.kind, tags: context.tags ?? [] });
    return asked(plain) ?? asked(plain.replace(PATH_BEFORE_LAST, '$1*/$2'));
  };
}

/** `sparkplug:Plant/Pump 3/Fault` also goes by `sparkplug:*` and its last part. */
const PATH_BEFORE_LAST = /^([a-z][a-z0-9-]*:).*\/([^/]+)$/;

/** Words of a device that the catalogue's brackets may ask for, besides those that every ONVIF topic may ask for. */
function traitsOf({ compound, tags = [] }: WordContext): readonly string[] {
  const fence = tags.includes('electric-fence') ? ['zone of an electric fence'] : [];
  const fireLane = tags.includes('zone:fire-lane') ? ['zone fire lane'] : [];
  return [...(compound === undefined ? [] : ['compound']), ...fence, ...fireLane];
}

/** A name with `?` was not seen in a source that we trust: it is left out until a device shows it. */
function keysOf(row: WordRow, column: Column): readonly string[] {
  const keys = row[column].filter((key) => !/\?(?: \(|$)/.test(key)).map((key) => `${FAMILY_OF[column]}${key.trim()}`);
  return column === 'isapi' ? keys.map((key) => key.replace(/^\S+/, (word) => word.toLowerCase())) : keys;
}

/** Words without brackets that two types claim: which of them is meant could not be told. */
export function doubledWords(
  rows: readonly Readonly<{ line: number; row: WordRow }>[],
): readonly Readonly<{ line: number; column: Column; word: string; former: number }>[] {
  return WORD_COLUMNS.flatMap((column) =>
    doubledTopics(rows.map(({ line, row }) => ({ line, row: { onvif_topics: row[column] } }))).map(
      ({ line, topic, former }) => ({ line, column, word: topic, former }),
    ),
  );
}
