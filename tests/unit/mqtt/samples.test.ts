import { describe, expect, it } from 'vitest';
import { loadCodecs } from '../../../adapters/codec/load-codecs.ts';
import type { BadValue } from '../../../gateway/domain/bad-value.ts';
import type { Report } from '../../../gateway/domain/signal.ts';
import { allSamples, asSamples, houseWith, type SampleCase } from '../../parts/payload-samples.ts';
import { readWith } from './reading.ts';

/** When the samples arrive: shortly after what they tell. */
const RECEIVED_AT = Date.parse('2026-11-24T04:40:00.000Z');
const codecs = await loadCodecs();

const families = allSamples()
  .map((samples) => ({ ...samples, cases: samples.cases.filter(({ transport }) => transport === 'mqtt') }))
  .filter(({ cases }) => cases.length > 0);

// one device's messages, in the order of the file: a state means something by what was told before it
describe.each(families)('$family', ({ family, cases, devices, bytes }) => {
  const open = codecs.filter((codec) => codec.family === family).map((codec) => codec.open(houseWith(devices)));
  const read = ({ topic, retain }: SampleCase, file: string) =>
    readWith(open, { topic, payload: bytes(file), isRetained: retain, receivedAt: RECEIVED_AT });
  const topicOf = (file: string): SampleCase | undefined => cases.find((one) => one.file === file);

  it.each(cases)('reads $file as it should', (sample) => {
    for (const file of sample.after) read(topicOf(file) ?? sample, file);
    const { reports, warnings } = read(sample, sample.file);
    const { result, error } = sample;
    expect(asSamples(reports, devices)).toEqual(
      result === undefined ? [] : [...result.signals, ...result.telemetry, ...result.status, ...result.access],
    );
    const headline = headlineOf(reports) ?? warnings[0];
    expect(headline && { ...headline }).toEqual(error && { ...error, value: String(error.value ?? '') });
  });

  it('tells of a retained message only as old news', () => {
    const retained = cases.filter(({ retain }) => retain).flatMap((one) => read(one, one.file).reports);
    for (const report of retained) if (report.kind === 'signal') expect(report.isReplay).toBe(true);
  });
});

const headlineOf = (reports: readonly Report[]): BadValue | undefined =>
  reports.flatMap((report) => (report.kind === 'dead-letter' ? [report.fault] : []))[0];
