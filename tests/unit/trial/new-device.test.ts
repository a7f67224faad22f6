import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { loadCodecs } from '../../../adapters/codec/load-codecs.ts';
import { loadCatalogue } from '../../../config/catalogue.ts';
import { withProfilesOf } from '../../../gateway/codec-profiles.ts';
import { tryPayload } from '../../../gateway/trial/trial.ts';
import { samplesIn } from '../../parts/payload-samples.ts';

const PAGE = readFileSync('docs/integration/new-device.md', 'utf8');
const ADAPTERS = pathToFileURL('adapters/').href;
const HOUSE = mkdtempSync(join(tmpdir(), 'fengsui-new-device-'));
afterAll(() => rmSync(HOUSE, { recursive: true }));

/** Each file of the page, by the path that stands above it. */
const files = [...PAGE.matchAll(/^`([\w./-]+)`\n\n```(?:json|ts)\n([\s\S]*?)^```$/gm)].map(
  ([, path = '', text = '']) => ({ path, text }),
);

/** The file stands elsewhere here, so that its imports are written out. */
const settled = (text: string): string =>
  text.replaceAll("'../../codec/", `'${ADAPTERS}codec/`).replace("'zod'", `'${import.meta.resolve('zod')}'`);

it('leads to one file of code, and its samples', () => {
  expect(files.map(({ path }) => path)).toEqual([
    'tests/payloads/river-gauge/high.json',
    'tests/payloads/river-gauge/malformed.json',
    'tests/payloads/river-gauge/expected.json',
    'adapters/mqtt/codecs/river-gauge.ts',
  ]);
});

it('is right when it is followed word by word', async () => {
  for (const { path, text } of files) {
    mkdirSync(dirname(join(HOUSE, path)), { recursive: true });
    writeFileSync(join(HOUSE, path), settled(text));
  }
  const codecs = await loadCodecs(pathToFileURL(join(HOUSE, 'adapters/mqtt/codecs/')));
  const catalogue = withProfilesOf(codecs, loadCatalogue());
  expect(catalogue.profiles.get('river-gauge')).toMatchObject({ zh: '河道水位计', offlineAfterMs: 900_000 });
  const [samples] = samplesIn(pathToFileURL(join(HOUSE, 'tests/payloads/')));
  expect(samples?.cases).toHaveLength(2);
  for (const { file, topic, result, error } of samples?.cases ?? []) {
    const payload = samples?.bytes(file) ?? Buffer.of();
    const receivedAt = Date.parse('2026-11-24T04:40:00Z');
    const trial = tryPayload({ codecs, catalogue, devices: samples?.devices ?? [] }, { topic, payload, receivedAt });
    expect(trial?.result).toMatchObject({ signals: result?.signals ?? [], telemetry: result?.telemetry ?? [] });
    expect(trial?.faults).toEqual(error === undefined ? [] : [error]);
  }
});
