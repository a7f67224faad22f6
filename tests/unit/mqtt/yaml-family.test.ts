import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { FamilyBroken, loadFamilies, loadYamlFamilies } from '../../../adapters/codec/load-families.ts';
import { loadCatalogue } from '../../../config/catalogue.ts';
import { withProfilesOf } from '../../../gateway/codec-profiles.ts';
import { tryPayload } from '../../../gateway/trial/trial.ts';

const FOLDER = 'tests/fixtures/profiles';
const TEXT = readFileSync(`${FOLDER}/weather-mast.yaml`, 'utf8');
const codecs = loadYamlFamilies(FOLDER);
const catalogue = withProfilesOf(codecs, loadCatalogue());
const mast = {
  id: 'yz-mast',
  kind: 'railway',
  profile: 'weather-mast',
  name: '',
  region: '360902001000',
  place: {},
  aliases: ['M7'],
  enabled: true,
  version: 1,
} as const;

const read = (payload: unknown) => {
  const receivedAt = Date.parse('2026-11-24T04:40:00Z');
  const said = { topic: 'mast/M7/report', payload: Buffer.from(JSON.stringify(payload)), receivedAt };
  return tryPayload({ codecs, catalogue, devices: [mast] }, said);
};
const GOOD = { seq: 7, time: '2026-11-24T12:30:06+08:00', wind_ms: 11.5, water_mm: 420, upright: true };

it('makes signals and telemetry of a message by a file alone', () => {
  expect(read(GOOD)?.result).toEqual({
    signals: [
      {
        device: 'yz-mast',
        type: 'railway.flood',
        id: '7:flood',
        at: '2026-11-24T04:30:06.000Z',
        active: true,
        value: 0.42,
        unit: 'm',
      },
    ],
    telemetry: [{ device: 'yz-mast', at: '2026-11-24T04:30:06.000Z', values: { wind_ms: 11.5 } }],
    status: [],
    access: [],
  });
});

it('says nothing where an optional field is missing, and what is wrong where a field is', () => {
  expect(read({ ...GOOD, water_mm: undefined })?.result.signals).toEqual([]);
  expect(read({ ...GOOD, wind_ms: 'strong', upright: 1 })?.faults).toMatchObject([
    { reason: 'wrong-type', field: 'wind_ms', value: 'strong', expected: 'a number' },
    { reason: 'wrong-type', field: 'upright', value: '1', expected: 'true or false' },
  ]);
});

it.each([
  ["'mast/{device}/report'", "'mast/report'", /weather-mast.yaml:10 topics.0 is "mast\/report", expected a topic/],
  [
    '  wind_ms: number\n',
    '  wind_ms: float\n',
    /weather-mast.yaml:14 payload.wind_ms is "float", expected number, integer/,
  ],
  ['payload.wind_ms\n', 'process.exit(1)\n', /telemetry.wind_ms is .*, expected a CEL expression/],
  [
    'family: weather-mast',
    'family: weather mast',
    /weather-mast.yaml:2 family is "weather mast", expected small letters/,
  ],
  ['online', 'online', undefined],
])('names what is wrong in a file: %s', (from, to, fault) => {
  const folder = mkdtempSync(join(tmpdir(), 'fengsui-families-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'weather-mast.yaml'), TEXT.replace(from, to));
  if (fault === undefined) expect(loadYamlFamilies(folder)).toHaveLength(1);
  else expect(() => loadYamlFamilies(folder)).toThrow(fault);
});

it('reads them beside the shipped families, and takes no name of theirs', async () => {
  const all = await loadFamilies({ profilesDir: FOLDER, topics: { 'weather-mast': ['site-2/mast'] } });
  const own = all.find(({ family }) => family === 'weather-mast');
  expect(own?.topics.map(({ filter }) => filter)).toEqual(['mast/+/report', 'site-2/mast/+/report']);
  const folder = mkdtempSync(join(tmpdir(), 'fengsui-families-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'mine.yaml'), TEXT.replace('family: weather-mast', 'family: tasmota'));
  await expect(loadFamilies({ profilesDir: folder, topics: {} })).rejects.toThrow(FamilyBroken);
});
