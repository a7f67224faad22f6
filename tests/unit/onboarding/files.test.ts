import fc from 'fast-check';
import { expect, it } from 'vitest';
import { columnOf } from '../../../gateway/onboarding/columns.ts';
import { readCsv } from '../../../gateway/onboarding/csv.ts';
import { readHead } from '../../../gateway/onboarding/judging.ts';
import { readTable } from '../../../gateway/onboarding/read-table.ts';
import { ROWS_MAX } from '../../../gateway/onboarding/table.ts';
import { unpackedSize } from '../../../gateway/onboarding/unpacked-size.ts';
import { workbook, zipped } from '../../parts/workbook.ts';

const MIB = 1024 * 1024;
const csv = (text: string) => readCsv(Buffer.from(text));

it('reads cells as text, whatever a spreadsheet would make of them', () => {
  expect(csv("id,name\nc-1,=1+1\nc-2,'=1+1\nc-3,@a\nc-4,'quoted\n")).toMatchObject({
    ok: true,
    value: {
      rows: [
        ['c-1', '=1+1'],
        ['c-2', '=1+1'],
        ['c-3', '@a'],
        ['c-4', "'quoted"],
      ].map((cells) => ({ cells })),
    },
  });
});

it('counts lines as a spreadsheet shows them, and passes over empty ones', () => {
  const read = csv('id;name\r\nc-1;"two\r\nlines"\r\n\r\nc-2;x\r\n');
  expect(read.ok ? read.value.rows.map(({ cells }) => cells[0]) : read.error).toEqual(['c-1', 'c-2']);
  expect(csv('id,name\nc-1,"open\n')).toMatchObject({ ok: false, error: { field: '(body)' } });
  expect(csv('')).toMatchObject({ ok: false, error: { reason: 'missing-field' } });
});

it('takes no more rows than the bound', () => {
  expect(csv(`id\n${'c\n'.repeat(ROWS_MAX)}`)).toMatchObject({ ok: true });
  expect(csv(`id\n${'c\n'.repeat(ROWS_MAX + 1)}`)).toMatchObject({ ok: false, error: { reason: 'too-large' } });
});

it('knows a column by its Chinese and English name, with or without a note', () => {
  expect(['编号', ' ID ', '经度（WGS-84）', 'lng (deg)', '*名称', 'toString'].map(columnOf)).toEqual([
    ...['id', 'id', 'lng', 'lng', 'name'],
    undefined,
  ]);
  expect(readHead(['编号', 'id'])).toMatchObject({ ok: false, error: { field: 'id', line: 1 } });
  expect(readHead(['名称'])).toMatchObject({ ok: false, error: { field: 'id', line: 1 } });
  expect(readHead(['编号', '备注', ''])).toMatchObject({ ok: true, value: { ignored: ['备注'] } });
});

it('measures what a workbook unpacks to by unpacking it, not by what it says', () => {
  const honest = workbook([['id'], ['c-1']]);
  expect(unpackedSize(honest, MIB)).toBeGreaterThan(500);
  const bomb = zipped({ 'xl/worksheets/sheet1.xml': Buffer.alloc(64 * MIB) });
  expect(bomb.length).toBeLessThan(MIB);
  expect(unpackedSize(bomb, 8 * MIB)).toBeGreaterThan(8 * MIB);
  bomb.writeUInt32LE(10, 22); // it says that it is small
  expect(unpackedSize(bomb, 8 * MIB)).toBeGreaterThan(8 * MIB);
  expect(unpackedSize(Buffer.from('no archive at all, but long enough to be looked at'), MIB)).toBeUndefined();
  expect(unpackedSize(Buffer.concat([honest.subarray(0, 60), Buffer.alloc(40, 7)]), MIB)).toBeUndefined();
});

it('answers a file that is none, or a bomb, without harm', async () => {
  const bomb = zipped({ 'xl/worksheets/sheet1.xml': Buffer.alloc(170 * MIB) });
  expect(await readTable(bomb, 'xlsx')).toMatchObject({ ok: false, error: { reason: 'too-large' } });
  const noSheet = zipped({ 'xl/workbook.xml': '<workbook/>' });
  expect(await readTable(noSheet, 'xlsx')).toMatchObject({ ok: false, error: { field: '(body)' } });
});

it('answers any bytes at all, and says the same of them twice', () => {
  const bytes = fc.uint8Array({ maxLength: 400 });
  const texts = fc.stringMatching(/^[a,;"'\r\n\t=编号 ]{0,60}$/).map((text) => Buffer.from(text));
  fc.assert(
    fc.property(fc.oneof(bytes, texts), (file) => {
      expect(readCsv(file)).toEqual(readCsv(file));
      const packed = Buffer.concat([Buffer.from('PK\u0003\u0004'), file]);
      expect(unpackedSize(packed, MIB)).toEqual(unpackedSize(packed, MIB));
    }),
  );
});
