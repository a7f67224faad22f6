import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadCodecs } from '../../../adapters/codec/load-codecs.ts';
import type { BadValue } from '../../../gateway/domain/bad-value.ts';
import type { Report } from '../../../gateway/domain/signal.ts';
import { houseOf } from '../../parts/codec-house.ts';
import { readWith } from './reading.ts';

const FOLDER = new URL('../../payloads/', import.meta.url);
/** When the samples arrive: shortly after what they tell. */
const RECEIVED_AT = Date.parse('2026-11-24T04:40:00.000Z');

const ReportSample = z.looseObject({ at: z.iso.datetime().optional() });
const Expected = z.object({
  family: z.string(),
  cases: z.array(
    z.object({
      file: z.string(),
      transport: z.string(),
      topic: z.string(),
      retain: z.boolean().default(false),
      result: z
        .object({
          signals: z.array(ReportSample).default([]),
          telemetry: z.array(ReportSample).default([]),
          status: z.array(ReportSample).default([]),
          access: z.array(ReportSample).default([]),
        })
        .optional(),
      error: z.object({ reason: z.string(), field: z.string(), value: z.unknown(), expected: z.string() }).optional(),
    }),
  ),
});

const families = readdirSync(FOLDER).map((folder) => {
  const file = new URL(`${folder}/expected.json`, FOLDER);
  return { folder, ...Expected.parse(JSON.parse(readFileSync(file, 'utf8'))) };
});
const codecs = (await loadCodecs()).map((codec) => codec.open(houseOf()));

describe.each(families)('$family', ({ folder, cases }) => {
  const overMqtt = cases.filter(({ transport }) => transport === 'mqtt');
  it.each(overMqtt)('reads $file as it should', ({ file, topic, retain, result, error }) => {
    const payload = readFileSync(new URL(`${folder}/${file}`, FOLDER));
    const { reports, warnings } = readWith(codecs, { topic, payload, isRetained: retain, receivedAt: RECEIVED_AT });
    const understood = reports.filter(({ kind }) => kind !== 'dead-letter');
    expect(understood.map(asSample)).toEqual(
      result === undefined ? [] : [...result.signals, ...result.telemetry, ...result.status, ...result.access],
    );
    const headline = headlineOf(reports) ?? warnings[0];
    expect(headline && { ...headline }).toEqual(error && { ...error, value: String(error.value ?? '') });
  });
});

const headlineOf = (reports: readonly Report[]): BadValue | undefined =>
  reports.flatMap((report) => (report.kind === 'dead-letter' ? [report.fault] : []))[0];

/** A report as expected.json writes it. */
function asSample({ kind: _kind, ...report }: Report): unknown {
  return 'at' in report && report.at !== undefined ? { ...report, at: new Date(report.at).toISOString() } : report;
}
