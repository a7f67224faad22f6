import { RulesText } from '../config/rules.ts';
import type { Alarm } from '../gateway/domain/alarm.ts';
import type { Planted } from '../simulators/city/planted.ts';
import { type StoryOptions, storyOf } from '../simulators/city/story.ts';
import { temporaryFolder } from '../tests/parts/temporary-folder.ts';
import { type CityDesk, openCityDesk } from './city-desk.ts';
import { play, SITE_RULES, setUpSite } from './city-play.ts';
import { cityWords } from './city-words.ts';
import { add } from './ledger.ts';
import type { Bench, Row } from './table.ts';

/* One storm over the whole city: what reaches people of a million signals, and what became of all the others. */

const ON_SCREENS_MAX = 230;
/** A summer afternoon in Yichun. */
const STARTS_AT = Date.parse('2026-06-18T15:00:00+08:00');

/** Duty officers see it (DESIGN: noise); a device's health of severity 3 and 4 is its maintainers' work order. */
export const isOnScreens = ({ id, type, severity, incident }: Alarm): boolean =>
  (incident === undefined || incident === id) && !(type.startsWith('device.') && severity >= 3);

export type Found = Readonly<{ own: readonly Planted[]; within: readonly Planted[]; missing: readonly Planted[] }>;

/** Which of the planted incidents people see: by an alarm of its own, or within the incident of another cause. */
export function findPlanted(planted: readonly Planted[], alarms: readonly Alarm[], startsAt: number): Found {
  const byDevice = Map.groupBy(alarms, ({ device }) => device);
  const seen = new Map(alarms.map((alarm) => [alarm.id, alarm]));
  const ofIt = ({ devices, types, fromMs }: Planted): readonly Alarm[] =>
    devices
      .flatMap((device) => byDevice.get(device) ?? [])
      .filter(({ type, lastAt }) => types.includes(type) && lastAt >= startsAt + Math.floor(fromMs));
  const isOwn = (one: Planted): boolean => ofIt(one).some(isOnScreens);
  const isWithin = (one: Planted): boolean =>
    ofIt(one).some(({ incident }) => {
      const head = incident === undefined ? undefined : seen.get(incident);
      return head !== undefined && isOnScreens(head);
    });
  return {
    own: planted.filter(isOwn),
    within: planted.filter((one) => !isOwn(one) && isWithin(one)),
    missing: planted.filter((one) => !isOwn(one) && !isWithin(one)),
  };
}

export const storm: Bench = async (finishing) => {
  const options: StoryOptions = { ...cityWords(), startsAt: STARTS_AT, forMs: 600_000 };
  const story = storyOf(options);
  const folder = await temporaryFolder(finishing.add);
  const desk = await openCityDesk(
    { folder, startsAt: STARTS_AT, devices: story.city.devices, rules: RulesText.parse(SITE_RULES) },
    finishing.add,
  );
  setUpSite(desk, story.site, options);
  const startedAt = performance.now();
  await play(desk, story.seconds(), STARTS_AT);
  return rowsOf(desk, story.planted, options, performance.now() - startedAt);
};

function rowsOf(desk: CityDesk, planted: readonly Planted[], options: StoryOptions, tookMs: number): readonly Row[] {
  const { ledger } = desk;
  const alarms = desk.alarms();
  const shown = alarms.filter(isOnScreens);
  const { own, within, missing } = findPlanted(planted, alarms, options.startsAt);
  const [seed, total] = [options.seed, ledger.total];
  if (total !== options.signals) throw new Error(`${total} outcomes for ${options.signals} signals`);
  if (ledger.outcomes.has('unaccounted')) throw new Error('a signal that nobody counted');
  if (shown.length > ON_SCREENS_MAX || missing.length > 0) process.exitCode = 1; // the table is shown all the same
  return [
    row(`随机种子 ${seed}，设备 / seed, devices`, options.scale, ''),
    row('信号 / signals', options.signals, `${Math.round(tookMs / 1000)} s`),
    row('上屏报警 / alarms on screens', shown.length, `≤ ${ON_SCREENS_MAX}`),
    row('植入事件在屏 / planted incidents seen', own.length + within.length, `${planted.length}`),
    row('　其中自成一条 / by an alarm of their own', own.length, ''),
    row('　并入别的事件 / within another incident', within.length, ''),
    ...missing.map(({ id, kind }) => row(`　缺 / missing ${id}`, 0, kind)),
    ...tableOf(
      '上屏，按类型 / on screens by type',
      countBy(shown, ({ type }) => type),
    ),
    ...tableOf(
      '并入事件或转维护 / in an incident, or work orders',
      countBy(
        alarms.filter((one) => !isOnScreens(one)),
        whyNot,
      ),
    ),
    ...tableOf('每个信号的结果 / what became of each signal', ledger.outcomes),
    row('　合计 / sum', total, ''),
    ...tableOf('网关自行判定的 / what the gateway drew by itself', ledger.drawn),
  ];
}

const whyNot = ({ type, id, incident }: Alarm): string =>
  incident === undefined || incident === id ? `${type} (work order)` : `${type} (in an incident)`;

function countBy<T>(list: readonly T[], key: (one: T) => string): ReadonlyMap<string, number> {
  const table = new Map<string, number>();
  for (const one of list) add(table, key(one));
  return table;
}

const row = (what: string, ours: number, floor: string): Row => ({ what, ours: `${ours}`, floor, ratio: '' });

const tableOf = (title: string, table: ReadonlyMap<string, number>): readonly Row[] => [
  { what: title, ours: '', floor: '', ratio: '' },
  ...[...table].toSorted(([, a], [, b]) => b - a).map(([name, count]) => row(`　${name}`, count, '')),
];
