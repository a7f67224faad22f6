import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { RulesText } from '../config/rules.ts';
import type { Saying } from '../simulators/city/saying.ts';
import { type StoryOptions, storyOf } from '../simulators/city/story.ts';
import { temporaryFolder } from '../tests/parts/temporary-folder.ts';
import { openCityDesk } from './city-desk.ts';
import { play, SITE_RULES, setUpSite } from './city-play.ts';
import { cityWords } from './city-words.ts';
import { Finishing } from './finishing.ts';
import type { Bench, Row } from './table.ts';

/* What the rules cost: the same signals of the same city through all of them, and through none (every signal counts as it comes). */

const STARTS_AT = Date.parse('2026-06-18T15:00:00+08:00');
const FOR_MS = 120_000;
const SIGNALS = 300_000;
/** Each way so often, in turn; the one that took least processor counts. */
const TURNS = 2;

type Run = Readonly<{ perCpuSecond: number; perSecond: number; alarms: number; bytesADevice: number }>;

export const rules: Bench = async () => {
  const { seed, scale, incidents } = cityWords();
  const options: StoryOptions = { seed, scale, incidents, signals: SIGNALS, startsAt: STARTS_AT, forMs: FOR_MS };
  const { all, none } = await compared(options, () => true);
  const { all: allQuiet, none: noneQuiet } = await compared(options, isQuiet);
  const row = (what: string, ours: number, floor: number): Row => ({
    what,
    ours: ours.toFixed(0),
    floor: floor.toFixed(0),
    ratio: (ours / floor).toFixed(2),
  });
  return [
    {
      what: `${scale} 台设备 / devices, ${SIGNALS} signals`,
      ours: '全部规则 all rules',
      floor: '无规则 none',
      ratio: '',
    },
    row('每 CPU 秒信号数 / signals a second of processor', all.perCpuSecond, none.perCpuSecond),
    row('　只计无须入库的 / the same of what neither stores', allQuiet.perCpuSecond, noneQuiet.perCpuSecond),
    row('每秒信号数 / signals a second', all.perSecond, none.perSecond),
    row('报警 / alarms', all.alarms, none.alarms),
    row('每设备内存，字节 / memory a device, bytes', all.bytesADevice, none.bytesADevice),
  ];
};

/** "Nothing is the matter", told again: it leads to nothing either way, so that only deciding it is measured. */
const isQuiet = (saying: Saying): boolean => saying.kind === 'event' && saying.body.type === 'device.tamper';

async function compared(options: StoryOptions, keep: (saying: Saying) => boolean): Promise<{ all: Run; none: Run }> {
  const runs: { all: Run[]; none: Run[] } = { all: [], none: [] };
  for (let turn = 0; turn < TURNS; turn += 1) {
    runs.none.push(await runOnce(options, true, keep));
    runs.all.push(await runOnce(options, false, keep));
  }
  return { all: bestOf(runs.all), none: bestOf(runs.none) };
}

const bestOf = (runs: readonly Run[]): Run =>
  runs.reduce((best, run) => (run.perCpuSecond > best.perCpuSecond ? run : best));

/** Registry, book, rules and the journal's own thread together, as they stand after the signals. */
async function runOnce(options: StoryOptions, isPlain: boolean, keep: (saying: Saying) => boolean): Promise<Run> {
  const finishing = new Finishing();
  try {
    const story = storyOf(options);
    const seconds = [...story.seconds()].map((sayings) => sayings.filter(keep));
    const signals = seconds.reduce((sum, sayings) => sum + sayings.length, 0);
    const { devices } = story.city;
    const folder = await temporaryFolder(finishing.add);
    const before = heapBytes();
    const site = RulesText.parse(SITE_RULES);
    const desk = await openCityDesk({ folder, startsAt: STARTS_AT, devices, isPlain, rules: site }, finishing.add);
    if (!isPlain) setUpSite(desk, story.site, options);
    const [cpu, startedAt] = [process.cpuUsage(), performance.now()];
    await play(desk, seconds, STARTS_AT);
    const { user, system } = process.cpuUsage(cpu);
    const tookMs = performance.now() - startedAt;
    const bytesADevice = (heapBytes() - before) / devices.length;
    const perCpuSecond = signals / ((user + system) / 1e6);
    return { perCpuSecond, perSecond: (signals * 1000) / tookMs, alarms: desk.alarms().length, bytesADevice };
  } finally {
    await finishing.finish();
  }
}

/** What is alive: rubbish is collected first. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect();
  return process.memoryUsage().heapUsed;
}
