import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { CSV_HEADER, toCsvLine } from '../../../gateway/export/csv.ts';
import { type ReadLine, readAlarms } from '../../../gateway/export/read-alarms.ts';
import type { Alarm } from '../../../gateway/http/contract/alarms.ts';
import { toAlarm } from '../../../gateway/http/wire.ts';
import { anyAlarm } from '../../parts/any-alarm.ts';
import { someAlarm } from '../../parts/recorded.ts';

const folder = mkdtempSync(join(tmpdir(), 'fengsui-export-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function read(format: 'csv' | 'jsonl', content: string): Promise<ReadLine[]> {
  const file = join(folder, `alarms.${format}`);
  writeFileSync(file, content);
  const lines: ReadLine[] = [];
  for await (const line of readAlarms(file, format)) lines.push(line);
  return lines;
}
const asCsv = (alarms: readonly Alarm[]): string => `\ufeff${CSV_HEADER}${alarms.map(toCsvLine).join('')}`;
const asJsonLines = (alarms: readonly Alarm[]): string => alarms.map((alarm) => `${JSON.stringify(alarm)}\n`).join('');
const sample = (more = {}): Alarm => JSON.parse(JSON.stringify({ ...toAlarm(someAlarm()), ...more }));

describe('a file of alarms', () => {
  it.each([
    ['csv', asCsv],
    ['jsonl', asJsonLines],
  ] as const)('gives every alarm back that was written as %s', async (format, write) => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyAlarm, { maxLength: 5 }), async (alarms) => {
        const lines = await read(format, write(alarms));
        expect(lines.map(({ read: one }) => (one.ok ? one.value : one.error))).toEqual(alarms);
      }),
      { numRuns: 200 },
    );
  });

  it('has no cell that a spreadsheet would run, whatever a device said', () => {
    fc.assert(
      fc.property(anyAlarm, (alarm) => {
        const cells = toCsvLine(alarm).match(/"(?:[^"]|"")*"|[^,\r\n]+/g) ?? [];
        for (const cell of cells) expect(cell.replace(/^"/, '')).not.toMatch(/^[=+\-@\t\r]/);
      }),
    );
    const cells = toCsvLine(sample({ text: '=HYPERLINK("http://x")', device: '-1', assignee: '@x', value: -5 }));
    expect(cells).toContain(`"'=HYPERLINK(""http://x"")"`);
    expect(cells).toContain(`,'-1,`);
    expect(cells).toContain(`,'@x,`);
    expect(cells).toContain(`,'-5,`);
  });

  it('names line, field, value and what was expected', async () => {
    const bad = [
      sample(),
      { ...sample(), severity: 9 },
      { ...sample(), place: { lng: 'east' } },
      { ...sample(), x: 1 },
    ];
    const lines = await read('jsonl', `${asJsonLines(bad as Alarm[])}\nnot json\n`);
    expect(lines.flatMap(({ line, read: one }) => (one.ok ? [] : [[line, one.error.field, one.error.value]]))).toEqual([
      [2, 'severity', '9'],
      [3, 'place.lng', 'east'],
      [4, 'x', 'x'],
      [6, '(line)', 'not json'],
    ]);
    for (const { read: one } of lines) if (!one.ok) expect(one.error.expected).not.toBe('');

    const csv = await read('csv', asCsv([sample(), sample({ occurredAt: 'yesterday', text: 'two\nlines' })]));
    expect(csv.flatMap(({ line, read: one }) => (one.ok ? [] : [[line, one.error.field, one.error.value]]))).toEqual([
      [4, 'occurredAt', 'yesterday'],
    ]);
  });

  it('is refused when its first line lacks a column', async () => {
    await expect(read('csv', 'id,severity\nx,1\n')).rejects.toThrow(/lacks the columns occurredAt/);
  });
});
