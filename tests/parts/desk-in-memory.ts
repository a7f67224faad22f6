import pino from 'pino';
import { AlarmBook } from '../../gateway/alarms/book.ts';
import { Holding } from '../../gateway/desk/holding.ts';
import { SignalIntake } from '../../gateway/desk/intake.ts';
import { type HeartRules, plainRules } from '../../gateway/desk/judge.ts';
import { AlarmLanes } from '../../gateway/desk/lanes.ts';
import type { RateLimit } from '../../gateway/desk/rates.ts';
import type { Alarm, AlarmDefinition } from '../../gateway/domain/alarm.ts';
import type { Device } from '../../gateway/domain/device.ts';
import type { Entry, HeldSignal } from '../../gateway/domain/entry.ts';
import { ok } from '../../gateway/domain/result.ts';
import { type Journal, type JournalQueries, JournalUnavailable, type Write } from '../../gateway/journal/journal.ts';
import { PresenceMap } from '../../gateway/registry/presence.ts';
import { FENCE, INTRUSION } from './alarm-samples.ts';

const flag = (code: string): AlarmDefinition => ({ ...INTRUSION, code, severity: 4, mergeWindowMs: 600_000 });

/** What waits of a device by the log. */
function heldOf(entries: readonly Entry[], device: string): readonly HeldSignal[] {
  const held = new Map<string, HeldSignal>();
  for (const entry of entries) {
    if (entry.kind === 'signal-held' && entry.held.device === device) held.set(entry.held.code, entry.held);
    if (entry.kind === 'signal-released' && entry.device === device) held.delete(entry.code);
  }
  return [...held.values()];
}

/** The way from a report to entries, with a clock that the test turns and a log in memory that can refuse. */
export function deskInMemory(
  deviceRate: RateLimit,
  definitions: readonly AlarmDefinition[] = [INTRUSION],
  rules: Partial<HeartRules> = {},
) {
  const clock = { now: Date.parse('2026-11-24T08:00:00Z') };
  const disk = { isRefusing: false };
  const entries: Entry[] = [];
  /** How many entries each write had. */
  const writes: number[] = [];
  const alarms = new Map<string, Alarm>();
  const counts = new Map<string, number>();
  const append = async (asked: readonly Write[]) => {
    if (disk.isRefusing) throw new JournalUnavailable('no space left on device');
    return asked.map((write) => {
      writes.push(write.entries.length);
      for (const { entry, alarm } of write.entries) {
        entries.push(entry);
        if (alarm !== undefined) alarms.set(alarm.id, alarm);
      }
      return ok(entries.length);
    });
  };
  const journal: Journal = {
    append,
    head: () => entries.length,
    versionOf: () => 0,
    read: () => [],
    follow: async function* () {},
    close: async () => undefined,
  };
  const queries: JournalQueries = {
    alarm: (id) => alarms.get(id),
    history: () => [],
    latestOfEachType: () => [],
    latestId: () => undefined,
    overdue: () => [],
    facts: () => [],
    alarms: ({ where }) => ({
      items: [...alarms.values()].filter(({ type }) => where.types?.includes(type) !== false),
      seq: entries.length,
    }),
    counts: () => [],
    entriesOf: () => [],
  };
  const all = [...definitions, flag('device.flapping'), flag('device.clock.off'), flag('device.offline')];
  const devices = new Map<string, Device>(
    [FENCE, { ...FENCE, id: 'quiet-1' }, { ...FENCE, id: 'collar-1', tags: ['collar'] }].map((device) => [
      device.id,
      device,
    ]),
  );
  const lanes = new AlarmLanes(journal, queries, new AlarmBook());
  let serial = 0;
  const intake = new SignalIntake({
    lanes,
    journal,
    findDevice: (id) => devices.get(id),
    definitionOf: (_device, word) => all.find(({ code }) => code === word),
    limitsOf: () => ({ acceptMs: undefined, arriveMs: undefined, closeMs: undefined }),
    presence: new PresenceMap(),
    count: (stage, label) => counts.set(`${stage} ${label}`, (counts.get(`${stage} ${label}`) ?? 0) + 1),
    newAlarmId: () => `alarm-${String(++serial).padStart(6, '0')}`,
    now: () => clock.now,
    clockAllowanceMs: 120_000,
    deviceRate,
    rules: { ...plainRules(), ...rules, holding: new Holding([], (device) => heldOf(entries, device)) },
    log: pino({ level: 'silent' }),
  });
  return { intake, lanes, queries, clock, disk, entries, writes, alarms, counts };
}
