import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import pino from 'pino';
import { z } from 'zod';
import { faultText } from '../../config/fault.ts';
import { configFileOf, loadSettings } from '../../config/load.ts';
import type { Settings } from '../../config/settings.ts';
import { openArchive } from '../followers/archive/open-archive.ts';
import { exportAlarms } from './export.ts';
import { importAlarms } from './import.ts';

/*
 * `fengsui export` and `fengsui import` of alarms. Progress and faults go to stderr; exit code 0 when all is done, 1
 * when something stood in the way, 2 when it was called wrongly.
 */
const USAGE = `用法 / usage
  export --out FILE [--format jsonl|csv] [--from TIME] [--to TIME] [--region CODE]
  import --in FILE [--format jsonl|csv] [--skip-open]
TIME: 2026-06-01, 2026-06-01T08:00:00+08:00`;

const time = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], { error: 'a time such as 2026-06-01T08:00:00+08:00' })
  .transform((text) => Date.parse(text))
  .optional();
const format = z.enum(['jsonl', 'csv'], { error: 'jsonl or csv' }).default('jsonl');
const region = z
  .string()
  .regex(/^\d{12}$/, 'a division code of 12 digits, such as 360902000000')
  .optional();
const file = z.string({ error: 'a file' }).min(1, 'a file');
const ExportArgs = z.strictObject({ format, out: file, from: time, to: time, region });
const ImportArgs = z.strictObject({ format, in: file, 'skip-open': z.boolean().default(false) });

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const progress = (count: number): void => {
  if (count % 10_000 === 0) say(`${count} …`);
};

class CalledWrongly extends Error {}

function argumentsOf<Schema extends z.ZodType>(schema: Schema, args: readonly string[]): z.output<Schema> {
  const flag = { type: 'string' } as const;
  const options = {
    format: flag,
    out: flag,
    in: flag,
    from: flag,
    to: flag,
    region: flag,
    'skip-open': { type: 'boolean' },
  } as const;
  try {
    const checked = schema.safeParse({ ...parseArgs({ args: [...args], options }).values });
    if (checked.success) return checked.data;
    throw new CalledWrongly(
      checked.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`).join('\n'),
    );
  } catch (error) {
    throw error instanceof CalledWrongly ? error : new CalledWrongly(error instanceof Error ? error.message : '');
  }
}

function readSettings(): Settings {
  const named = configFileOf(process.env);
  const isThere = Boolean(process.env['FENGSUI_CONFIG']) || existsSync(named);
  const loaded = loadSettings({ file: isThere ? named : undefined, env: process.env });
  if (loaded.ok) return loaded.value;
  throw new Error(loaded.error.map(faultText).join('\n'));
}

async function runExport(args: readonly string[]): Promise<void> {
  const { out, ...order } = argumentsOf(ExportArgs, args);
  const { from, to, region: code } = order;
  const { dataDir } = readSettings();
  const written = await exportAlarms({ dataDir, out, format: order.format, from, to, region: code }, progress);
  say(`已导出 ${written} 条报警 / ${written} alarms written to ${out}`);
}

async function runImport(args: readonly string[]): Promise<void> {
  const order = argumentsOf(ImportArgs, args);
  const { influx, dataDir } = readSettings();
  const archive = openArchive(influx, dataDir, pino({ level: 'warn', base: null }, pino.destination(2)));
  try {
    const from = { file: order.in, format: order.format, skipOpen: order['skip-open'] };
    const imported = await importAlarms(from, archive, progress);
    if (imported.ok) {
      const { written, skipped } = imported.value;
      say(
        `已导入归档 ${written} 条，略过未关闭 ${skipped} 条 / ${written} into the archive, ${skipped} open ones left out`,
      );
      return;
    }
    const told = imported.error.map(
      ({ line, fault }) => `${order.in}:${line} ${fault.field} is '${fault.value}', expected ${fault.expected}`,
    );
    throw new Error(`${told.join('\n')}\n未写入任何内容 / nothing was written`);
  } finally {
    await archive.close();
  }
}

const [command, ...args] = process.argv.slice(2);
try {
  if (command === 'export') await runExport(args);
  else if (command === 'import') await runImport(args);
  else throw new CalledWrongly(`export or import, not ${command ?? 'nothing'}`);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  if (error instanceof CalledWrongly) say(USAGE);
  process.exitCode = error instanceof CalledWrongly ? 2 : 1;
}
