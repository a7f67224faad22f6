import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { V7Generator } from 'uuidv7';
import { loadCatalogue } from '../../config/catalogue.ts';
import type { Alarm, AlarmDefinition } from '../../gateway/domain/alarm.ts';
import type { Device } from '../../gateway/domain/device.ts';
import type { Entry } from '../../gateway/domain/entry.ts';
import { openEmbeddedArchive } from '../../gateway/followers/archive/embedded.ts';
import { toBatch } from '../../gateway/journal/sqlite-batch.ts';
import { BatchCommit } from '../../gateway/journal/sqlite-commit.ts';
import { prepareForWriting } from '../../gateway/journal/sqlite-tables.ts';
import { openVault } from '../../gateway/registry/vault.ts';

/*
 * Writes a city's journal file of any size: `node bench/programs/big-journal.ts FOLDER ENTRIES DEVICES ALARMS`. By the
 * journal's own transaction (rows, facts, hash chain and all), but many writes in one and without waiting for the disk.
 */
const [folder = '', ...numbers] = process.argv.slice(2);
const [entries = 0, devices = 0, alarms = 0] = numbers.map(Number);
const AT_ONCE = 5_000;
const BY = { name: 'bench', centre: undefined };
const FOLLOWERS = ['archive', 'evidence'];

const { regions, alarmTypes } = loadCatalogue();
const townships = regions.filter(({ level }) => level === 'township').map(({ code }) => code);
const definitions: readonly AlarmDefinition[] = [...alarmTypes.values()].slice(0, 8);
const ids = new V7Generator();

mkdirSync(folder, { recursive: true, mode: 0o700 });
const vault = openVault(join(folder, 'vault.key'));
const database = new Sqlite(join(folder, 'journal.sqlite'));
prepareForWriting(database);
database.pragma('synchronous = OFF');
database.pragma('cache_size = -400000');
const journal = new BatchCommit(database);

type Line = Readonly<{ subject: string; at: number; entry: Entry; alarm: Alarm | undefined }>;

const of = <T>(list: readonly T[], number: number): T => {
  const found = list[number % list.length];
  if (found === undefined) throw new Error('an empty list');
  return found;
};

function deviceAt(number: number): Device {
  const id = `bench-${String(number).padStart(6, '0')}`;
  const url = `http://10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}/onvif/device_service`;
  const isCalled = number % 5 === 0;
  return {
    id,
    kind: of(['railway', 'access', 'sensor'] as const, number),
    profile: 'fengsui',
    name: `设备 ${number}`,
    region: of(townships, number * 7),
    place: number % 3 === 0 ? { line: '沪昆线', kmValue: 800_000 + number } : { lng: 114.3, lat: 27.8, name: '东门' },
    ...(number % 3 === 1 ? { compound: `compound-${number % 900}` } : {}),
    ...(isCalled ? { connection: { url, username: 'fengsui', password: vault.seal('a camera’s password', id) } } : {}),
    cameras: [`bench-${String((number + 1) % devices).padStart(6, '0')}`],
    enabled: true,
    version: 1,
  };
}

function alarmAt(number: number, at: number): Alarm {
  const device = deviceAt((number * 31) % devices);
  const definition = of(definitions, number * 13);
  const { region, compound, place, cameras = [] } = device;
  return {
    id: ids.generateOrResetWithTs(at).toString(),
    type: definition.code,
    severity: number % 50 === 0 ? 1 : definition.severity,
    condition: 'cleared',
    state: 'new',
    verdict: undefined,
    device: device.id,
    region,
    compound,
    centre: region,
    place,
    title: { zh: definition.zh, en: definition.en },
    occurredAt: at,
    lastAt: at,
    receivedAt: at + 40,
    count: 1,
    value: 0.93,
    text: undefined,
    assignee: undefined,
    evidence: [],
    due: { accept: at + 120_000, arrive: at + 1_200_000, close: at + 7_200_000 },
    shelvedUntil: undefined,
    incident: undefined,
    cameras,
    version: 1,
  };
}

/** Devices first; then alarms, spread evenly over 80 days, of which all but the last 20,000 are closed; measurements between. */
function* lines(): Generator<Line> {
  const endsAt = Date.now();
  const startsAt = endsAt - 80 * 86_400_000;
  for (let number = 0; number < devices; number += 1) {
    const device = deviceAt(number);
    const at = startsAt;
    yield { subject: `registry/${device.id}`, at, entry: { kind: 'device-put', device, by: BY }, alarm: undefined };
    const status = { kind: 'device-status', device: device.id, online: number % 9 > 0, statusAt: at } as const;
    yield { subject: `device/${device.id}`, at, entry: status, alarm: undefined };
  }
  const rest = entries - 2 * devices;
  const open: Alarm[] = [];
  let raised = 0;
  for (let done = 0; done < rest; ) {
    const at = Math.round(startsAt + ((endsAt - startsAt) * done) / rest);
    if (raised < alarms && raised * rest <= alarms * done) {
      const alarm = alarmAt(raised, at);
      raised += 1;
      open.push(alarm);
      yield {
        subject: `device/${alarm.device}`,
        at,
        entry: { kind: 'raised', signal: `signal-${raised}`, raised: alarm },
        alarm,
      };
      done += 1;
      const old = open.length > 20_000 ? open.shift() : undefined;
      if (old === undefined) continue;
      const closed: Alarm = { ...old, state: 'closed', verdict: 'real', version: 2 };
      const entry: Entry = { kind: 'closed', alarm: old.id, by: BY, note: undefined, doneAt: undefined };
      yield { subject: `device/${old.device}`, at, entry, alarm: closed };
    } else {
      const device = `bench-${String((done * 17) % devices).padStart(6, '0')}`;
      const telemetry = { kind: 'telemetry', device, at, values: { temperature: (done % 400) / 10 } } as const;
      yield { subject: `telemetry/${device}`, at, entry: { kind: 'telemetry', telemetry }, alarm: undefined };
    }
    done += 1;
  }
}

let waiting: Line[] = [];
function store(): void {
  const groups = waiting.map(({ subject, at, entry, alarm }) => ({
    at,
    writes: [{ subject, expectedVersion: undefined, entries: [{ entry, alarm }] }],
  }));
  const cursors = FOLLOWERS.map((follower) => ({ follower, seq: journal.head }));
  journal.carryOut(toBatch(groups, cursors));
  waiting = [];
}

for (const line of lines()) {
  waiting.push(line);
  if (waiting.length === AT_ONCE) store();
}
store();
store(); // the cursors of what went last
database.pragma('wal_checkpoint(TRUNCATE)');
database.close();
const archive = openEmbeddedArchive(join(folder, 'archive.sqlite'));
await archive.cursors?.store('archive', journal.head);
await archive.close();
process.send?.(['written', journal.head]);
process.disconnect?.();
