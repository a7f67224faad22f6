import { describe, expect, it } from 'vitest';
import type { Decoded } from '../../../adapters/codec/definition.ts';
import { loadCodecs } from '../../../adapters/codec/load-codecs.ts';
import { boundaryOf, MultipartParser } from '../../../adapters/http/multipart.ts';
import type { BadValue } from '../../../gateway/domain/bad-value.ts';
import type { Device } from '../../../gateway/domain/device.ts';
import { allSamples, asSamples, type FamilySamples, houseWith, type SampleCase } from '../../parts/payload-samples.ts';

/** When the samples arrive: shortly after what they tell. */
const RECEIVED_AT = Date.parse('2026-11-24T04:40:00.000Z');
const FOLDERS = ['http', 'tcp'].map((name) => new URL(`../../../adapters/${name}/codecs/`, import.meta.url));
const codecs = (await Promise.all(FOLDERS.map((folder) => loadCodecs(folder)))).flat();

const families = allSamples()
  .map((samples) => ({ ...samples, cases: samples.cases.filter(({ transport }) => transport !== 'mqtt') }))
  .filter(({ cases }) => cases.length > 0);

/** The zones that a panel's map names are devices of their own. */
const withZones = (devices: readonly Device[]): readonly Device[] =>
  devices.flatMap((device) => {
    const zones = device.settings?.['zones'];
    const ids = typeof zones === 'object' && zones !== null && !Array.isArray(zones) ? Object.values(zones) : [];
    return [device, ...ids.map((id) => ({ ...device, id: String(id), aliases: [], settings: {} }))];
  });

/** The recorder or line that an adapter called: the name before the channel. */
const calledBy = ({ devices }: FamilySamples): string => (devices[0]?.aliases?.[0] ?? '').split('/')[0] ?? '';

/** What one case of the samples comes to, as its transport brings it. */
function decode(samples: FamilySamples, sample: SampleCase): Decoded {
  const codec = codecs.find(({ family }) => family === samples.family);
  if (codec === undefined) throw new Error(`no codec of ${samples.family}`);
  const devices = withZones(samples.devices);
  const open = codec.open({ ...houseWith(devices), secret: () => sample.token });
  const isCalled = /^(?:dahua|fence-host)$/.test(samples.family);
  const captures = isCalled ? { device: calledBy(samples) } : {};
  const read = (payload: Uint8Array) =>
    open.read({ topic: sample.topic, payload, isRetained: false, receivedAt: RECEIVED_AT }, captures);
  const bytes = samples.bytes(sample.file);
  const all = samples.family === 'dahua' ? partsOf(bytes).map(read) : [read(bytes)];
  return {
    reports: all.flatMap(({ reports }) => reports),
    warnings: all.flatMap(({ warnings }) => warnings),
    replies: all.flatMap(({ replies = [] }) => replies),
    kept: bytes,
  };
}

function partsOf(stream: Buffer): readonly Buffer[] {
  const parser = new MultipartParser(boundaryOf('multipart/x-mixed-replace; boundary=myboundary') ?? '');
  return [...parser.push(stream), ...parser.end()].map(({ body }) => body);
}

describe.each(families)('$family', (samples) => {
  it.each(samples.cases)('reads $file as it should', (sample) => {
    const { result, error } = sample;
    const { reports, warnings } = decode(samples, sample);
    const found = asSamples(reports, withZones(samples.devices));
    const expected = [...(result?.signals ?? []), ...(result?.telemetry ?? []), ...(result?.status ?? [])];
    // the samples name an id only where it shows something
    expect(found.map((one, index) => withoutUnsaidId(one, expected[index]))).toEqual(expected);
    const headline = headlineOf(reports) ?? warnings[0];
    expect(headline && { ...headline }).toEqual(error && { ...error, value: String(error.value ?? '') });
  });
});

function withoutUnsaidId(found: unknown, expected: Readonly<Record<string, unknown>> | undefined): unknown {
  const { id, ...rest } = { ...(found as Readonly<Record<string, unknown>>) };
  return expected?.['id'] === undefined ? rest : { id, ...rest };
}

const headlineOf = (reports: Decoded['reports']): BadValue | undefined =>
  reports.flatMap((report) => (report.kind === 'dead-letter' ? [report.fault] : []))[0];
