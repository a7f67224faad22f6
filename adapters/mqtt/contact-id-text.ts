import { type BadValue, badValue } from '../../gateway/domain/bad-value.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import type { ContactIdEvent } from '../vendor/contact-id-drafts.ts';

/** A Contact-ID event and the panel that sent it. */
export type ContactIdMessage = ContactIdEvent & Readonly<{ account: string }>;

const FORM = /^([0-9A-F]{4})(18|98)([0-9A-F])([0-9A-F]{3})([0-9A-F]{2})([0-9A-F]{3})([0-9A-F])$/;

/**
 * `360918111101003F`: ACCT, 18, Q, EEE, GG, CCC, S; S makes the sum of digits a multiple of 15, where 0 counts as 10.
 * Source: SIA DC-05-1999, Ademco Contact ID.
 */
export function readContactId(field: string, text: string): Result<ContactIdMessage, BadValue> {
  const plain = text.replaceAll(/\s/g, '').toUpperCase();
  if (plain.length !== 16) return failed(badValue('bad-length', field, text, '16 digits: ACCT 18 Q EEE GG CCC S'));
  const [, account = '', , qualifier = '', code = '', partition = '', zone = '', sum = ''] = FORM.exec(plain) ?? [];
  if (account === '') return failed(badValue('wrong-type', field, text, 'ACCT 18 Q EEE GG CCC S'));
  const expected = checkDigit(plain.slice(0, -1));
  if (sum !== expected) return failed(badValue('bad-checksum', field, sum, expected));
  const known = qualifierOf(field, qualifier);
  return known.ok ? ok({ account, qualifier: known.value, code, partition, zone }) : known;
}

function qualifierOf(field: string, text: string): Result<ContactIdEvent['qualifier'], BadValue> {
  const found = (['1', '3', '6'] as const).find((one) => one === text);
  return found === undefined
    ? failed(badValue('unknown-code', field, text, '1 new, 3 restore or 6 still there'))
    : ok(found);
}

function checkDigit(digits: string): string {
  const sum = [...digits].reduce((all, digit) => all + (digit === '0' ? 10 : Number.parseInt(digit, 16)), 0);
  const rest = 15 - (sum % 15);
  return rest === 10 ? '0' : rest.toString(16).toUpperCase(); // 0 counts as 10
}
