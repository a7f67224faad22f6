import { z } from 'zod';
import { type BadValue, badValue } from '../../../gateway/domain/bad-value.ts';
import { failed, ok, type Result } from '../../../gateway/domain/result.ts';
import type { ContactIdEvent } from '../../vendor/contact-id-drafts.ts';
import table from './sia-codes.json' with { type: 'json' };

/** The events in the data of a frame, or what is wrong with it. */
export type Events = Result<readonly ContactIdEvent[], BadValue>;

const CONTACT_ID = /^(?:#[0-9A-F]{1,16})?\|?([136])(\d{3}) ?([0-9A-F]{2}) ?([0-9A-F]{3})$/i;
const SIA_CODES = z.record(z.string(), z.string().regex(/^[13]\d{3}$/)).parse(table);
/** A code and its zone, behind small-letter modifiers such as `ri01`. Source: SIA DC-03, as DC-09 carries it. */
const SIA = /^([A-Z]{2})(\d{0,4})/;
const PARTITION = /^ri(\d{1,3})/;

export function readContactId(data: string): Events {
  const [, qualifier, code = '', partition = '', zone = ''] = CONTACT_ID.exec(data) ?? [];
  if (qualifier !== '1' && qualifier !== '3' && qualifier !== '6') {
    return failed(badValue('unknown-code', 'data', data, 'Q EEE GG CCC, such as 1131 01 015'));
  }
  return ok([{ qualifier, code, partition, zone }]);
}

/** The Contact-ID events that say the same as SIA codes such as `#1234|Nri01/BA015/BA016`. */
export function readSia(data: string): Events {
  const parts = (data.split('|').at(-1) ?? '').replace(/^[NO]/, '').split('/');
  const partition = parts.map((part) => PARTITION.exec(part)?.[1]).find((found) => found !== undefined) ?? '';
  const events = parts.flatMap((part) => {
    const [, word = '', zone = ''] = SIA.exec(part) ?? [];
    return word === '' ? [] : [sameAs(SIA_CODES[word], partition, zone)];
  });
  const known = events.filter((event) => event !== undefined);
  if (known.length > 0 && known.length === events.length) return ok(known);
  return failed(badValue('unknown-code', 'data', data, 'SIA codes, such as Nri01/BA015'));
}

const sameAs = (code: string | undefined, partition: string, zone: string): ContactIdEvent | undefined =>
  code === undefined
    ? undefined
    : {
        qualifier: code.startsWith('3') ? '3' : '1',
        code: code.slice(1),
        partition: partition.padStart(2, '0').slice(-2),
        zone: zone.padStart(3, '0').slice(-3),
      };
