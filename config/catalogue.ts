import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AlarmDefinition, TimeLimits } from '../gateway/domain/alarm.ts';
import type { RailwayLine } from '../gateway/domain/railway-line.ts';
import type { Region } from '../gateway/domain/region.ts';
import type { Severity } from '../gateway/domain/severity.ts';
import { definitionOf, type LimitTable, readAlarmTypes, readLimits, type TypeRow } from './alarm-types.ts';
import { CatalogueBroken, type Row, type TableFault } from './csv-table.ts';
import { readLines } from './lines.ts';
import { type DeviceProfile, readProfiles } from './profiles.ts';
import { readBorders, readRegions } from './regions.ts';
import type { Settings } from './settings.ts';
import { doubledWords, type WordContext, wordFinder } from './type-words.ts';

/** What Fengsui knows before a device has spoken: types, limits, profiles and the city's divisions. */
export type Catalogue = Readonly<{
  alarmTypes: ReadonlyMap<string, AlarmDefinition>;
  /** A profile or severity without a row has no limits. */
  limits(profile: string, severity: Severity): TimeLimits;
  /**
   * The alarm type of a word such as `isapi:fielddetection`, `contact-id:131`, `zigbee2mqtt:smoke=true` or an ONVIF
   * topic, a state of the message behind it in brackets: `tns1:Door/State/DoorAlarm (DoorForcedOpen)`. Undefined:
   * nothing fits.
   */
  typeOfWord(word: string, context: WordContext): string | undefined;
  regions: readonly Region[];
  /** County borders as GeoJSON text. */
  borders: string;
  profiles: ReadonlyMap<string, DeviceProfile>;
  lines: readonly RailwayLine[];
}>;

const SHIPPED = fileURLToPath(new URL('catalogue/', import.meta.url));
const NO_LIMITS: TimeLimits = { acceptMs: undefined, arriveMs: undefined, closeMs: undefined };

/** Reads and checks the catalogue; `overrides` are the city's own values. Throws CatalogueBroken, all faults in it. */
export function loadCatalogue(overrides: Settings['alarmTypes'] = {}, folder: string = SHIPPED): Catalogue {
  const typesFile = `${folder}/alarm-types.csv`;
  const types = readAlarmTypes(typesFile);
  const limits = readLimits(`${folder}/alarm-limits.csv`);
  const profiles = readProfiles(`${folder}/profiles.yaml`);
  const codes = new Set(types.map(({ row }) => row.code));
  const faults = [
    ...unknownProfiles(typesFile, types, limits),
    ...ambiguousWords(typesFile, types),
    ...strangeTypes(profiles, codes),
  ];
  if (faults.length > 0) throw new CatalogueBroken(faults);
  return {
    alarmTypes: new Map(types.map(({ row }) => [row.code, definitionOf(row, overrides)])),
    limits: (profile, severity) => limits.get(profile)?.get(severity) ?? NO_LIMITS,
    typeOfWord: wordFinder(types.map(({ row }) => row)),
    regions: readRegions(`${folder}/yichun/regions.csv`),
    borders: readBorders(`${folder}/yichun/counties.geojson`),
    lines: readLines(`${folder}/lines.yaml`),
    profiles,
  };
}

/** What a city's overrides may name: the codes of the types and the limit profiles. Throws CatalogueBroken. */
export function overridable(
  folder: string = SHIPPED,
): Readonly<{ codes: readonly string[]; limitProfiles: readonly string[] }> {
  const codes = readAlarmTypes(`${folder}/alarm-types.csv`).map(({ row }) => row.code);
  return { codes, limitProfiles: [...readLimits(`${folder}/alarm-limits.csv`).keys()] };
}

function unknownProfiles(file: string, types: readonly Row<TypeRow>[], limits: LimitTable): readonly TableFault[] {
  const wrong = types.filter(({ row }) => !limits.has(row.limit_profile));
  const expected = [...limits.keys()].join(', ');
  return wrong.map(({ line, row }) => ({
    file: basename(file),
    line,
    field: 'limit_profile',
    value: row.limit_profile,
    expected,
  }));
}

function strangeTypes(profiles: ReadonlyMap<string, DeviceProfile>, codes: ReadonlySet<string>): readonly TableFault[] {
  return [...profiles.values()].flatMap(({ id, line, types = {} }) =>
    Object.entries(types)
      .filter(([, code]) => !codes.has(code))
      .map(([word, value]) => ({
        file: 'profiles.yaml',
        line,
        field: `${id}.types.${word}`,
        value,
        expected: 'an alarm type of alarm-types.csv',
      })),
  );
}

function ambiguousWords(file: string, types: readonly Row<TypeRow>[]): readonly TableFault[] {
  return doubledWords(types).map(({ line, column, word, former }) => ({
    file: basename(file),
    line,
    field: column,
    value: word,
    expected: `a ${column === 'onvif_topics' ? 'topic' : 'word'} that line ${former} does not have already`,
  }));
}
