import { join } from 'node:path';
import pino from 'pino';
import { loadCatalogue } from '../config/catalogue.ts';
import { RulesText } from '../config/rules.ts';
import type { Settings } from '../config/settings.ts';
import { growingAlarmIds } from '../gateway/desk/alarm-ids.ts';
import { definitionOf } from '../gateway/desk/alarm-type.ts';
import { SignalIntake } from '../gateway/desk/intake.ts';
import { type HeartRules, plainRules } from '../gateway/desk/judge.ts';
import { openLanes } from '../gateway/desk/open-desk.ts';
import type { Alarm } from '../gateway/domain/alarm.ts';
import type { Device } from '../gateway/domain/device.ts';
import { heartRules, silenceOf } from '../gateway/heart-rules.ts';
import { openSqliteJournal, type SqliteJournal } from '../gateway/journal/sqlite.ts';
import { JournalledRegistry } from '../gateway/registry/journalled-registry.ts';
import { LineBook } from '../gateway/registry/line-book.ts';
import { regionTree } from '../gateway/registry/region-tree.ts';
import { openVault } from '../gateway/registry/vault.ts';
import { Ledger } from './ledger.ts';

type Ends = (end: () => Promise<void>) => void;
type Options = Readonly<{
  folder: string;
  startsAt: number;
  devices: readonly Omit<Device, 'version'>[];
  /** None of the rules beside each other: every signal counts as it comes. */
  isPlain?: boolean;
  rules?: Settings['rules'];
}>;

const SETUP = { name: 'setup', centre: undefined };
/** Records put into the registry in one write. */
const AT_ONCE = 2_000;
const RATE = { perSecond: 200, burst: 1000 };
const PAGE = 1_000;

export type CityDesk = Readonly<{
  intake: SignalIntake;
  rules: HeartRules;
  registry: JournalledRegistry;
  journal: SqliteJournal;
  ledger: Ledger;
  /** Turned by who plays the city. */
  clock: { now: number };
  alarms: () => readonly Alarm[];
}>;

/**
 * The gateway's way from a report to a durable alarm, in this process: registry, rules, intake and SQLite journal are
 * the product's own, with the shipped catalogue; only the clock is handed in and the adapters are left out.
 */
export async function openCityDesk(
  { folder, startsAt, devices, isPlain = false, rules: site = RulesText.parse({}) }: Options,
  onEnd: Ends,
): Promise<CityDesk> {
  const clock = { now: startsAt };
  const now = (): number => clock.now;
  const catalogue = loadCatalogue();
  const journal = await openSqliteJournal(join(folder, 'journal.sqlite'), now);
  onEnd(() => journal.close());
  const { queries } = journal;
  const registry = new JournalledRegistry({
    journal,
    queries,
    vault: openVault(join(folder, 'vault.key')),
    regions: regionTree(catalogue.regions, catalogue.borders),
    hasProfile: () => true, // adapters are left out, and with them their families
    alarmTypeExists: (code) => catalogue.alarmTypes.has(code),
  });
  for (let from = 0; from < devices.length; from += AT_ONCE) {
    const puts = devices.slice(from, from + AT_ONCE).map((device) => ({ device, version: undefined }));
    const refused = (await registry.putAll(puts, SETUP)).find((one) => !one.ok);
    if (refused !== undefined) throw new Error(`the registry refuses a device: ${JSON.stringify(refused)}`);
  }
  const lines = new LineBook(catalogue.lines);
  const lanes = openLanes(journal, queries);
  const ledger = new Ledger();
  const rules = isPlain ? plainRules() : heartRules({ rules: site, queries, lanes, registry, lines });
  const intake = new SignalIntake({
    lanes,
    journal,
    rules,
    isJudgedBySilence: (device) => silenceOf(catalogue, device) !== undefined,
    findDevice: registry.find,
    definitionOf: ledger.watching((device, word) => definitionOf(catalogue, device, word)),
    limitsOf: catalogue.limits,
    presence: registry.presences,
    count: ledger.count,
    newAlarmId: growingAlarmIds(queries, now),
    now,
    clockAllowanceMs: 120_000,
    deviceRate: RATE,
    log: pino({ level: 'silent' }),
  });
  return { intake, rules, registry, journal, ledger, clock, alarms: () => allAlarms(journal) };
}

function allAlarms({ queries }: SqliteJournal): readonly Alarm[] {
  const all: Alarm[] = [];
  for (;;) {
    const last = all.at(-1);
    const { items } = queries.alarms({ where: { regions: [] }, after: last, limit: PAGE });
    if (items.length === 0) return all;
    all.push(...items);
  }
}
