import { expect, it } from 'vitest';
import { storageFaultOf } from '../../../gateway/journal/storage-fault.ts';

const coded = (code: string) => Object.assign(new Error('as the system says it'), { code });

it.each([
  ['SQLITE_FULL', 'disk-full'],
  ['ENOSPC', 'disk-full'],
  ['EDQUOT', 'disk-full'],
  ['SQLITE_READONLY_DBMOVED', 'read-only'],
  ['EROFS', 'read-only'],
  ['SQLITE_IOERR_WRITE', 'disk-error'],
  ['SQLITE_CORRUPT', 'disk-error'],
])('takes %s as a state of the whole journal: %s', (code, kind) => {
  expect(storageFaultOf(coded(code), import.meta.filename)).toEqual({
    kind,
    text: `${kind}: as the system says it (${code})`,
  });
});

it.each([[coded('SQLITE_CONSTRAINT_PRIMARYKEY')], [new TypeError('a mistake of ours')], ['text'], [undefined]])(
  'takes %s as the trouble of one batch, after which the next is tried',
  (error) => expect(storageFaultOf(error, import.meta.filename)).toBeUndefined(),
);
