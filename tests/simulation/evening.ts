import type { Alarm } from '../../gateway/domain/alarm.ts';
import type { SimulatedDevice } from './devices.ts';
import { DEVICES } from './devices.ts';
import type { Disk } from './disk.ts';
import { stored } from './disk.ts';
import type { Effects } from './effects.ts';
import type { Life } from './life.ts';
import { expectThat, isSame, type LogLaws } from './log-laws.ts';

type Book = Readonly<{ stateOf(device: string): Readonly<{ open: ReadonlyMap<string, Alarm> }> }>;

/** The book that decisions are made on is what the log folds to. A closed alarm need not be held: nothing joins it. */
export function expectSameBook(life: Life, laws: LogLaws): void {
  for (const { id } of DEVICES) {
    const [live, folded] = [openOf(life.lanes, id), openOf(laws.book, id)];
    for (const type of new Set([...Object.keys(live), ...Object.keys(folded)])) {
      const [here, there] = [live[type], folded[type]];
      expectThat(isSame(here, there), `the book has ${told(here)} of ${id} and ${type}, the log gives ${told(there)}`);
    }
  }
}

const openOf = (book: Book, device: string): Readonly<Record<string, Alarm>> =>
  stored(Object.fromEntries([...book.stateOf(device).open].filter(([, { state }]) => state !== 'closed')));

const told = (alarm: Alarm | undefined): string =>
  alarm === undefined ? 'none' : `${alarm.id} (version ${alarm.version}, ${alarm.condition}, ${alarm.state})`;

type World = Readonly<{ disk: Disk; effects: Effects; isClockSteady: boolean }>;

/** When all has been heard and written. */
export function expectAtRest(life: Life, laws: LogLaws, world: World, devices: readonly SimulatedDevice[]): void {
  expectSameBook(life, laws);
  for (const device of devices) expectLastWord(device, world);
  for (const name of world.effects.names) {
    const done = world.effects.done.get(name)?.size ?? 0;
    expectThat(done === world.disk.entries.length, `${name} did ${done} of ${world.disk.entries.length} entries`);
  }
  for (const [id, alarm] of world.disk.alarms) {
    expectThat(isSame(stored(life.lanes.find(id)), alarm), `the desk has another ${id} than the journal`);
  }
}

/** What the device said last of each state is what the latest alarm of that type says. */
function expectLastWord({ id, said, isClockSteady }: SimulatedDevice, world: World): void {
  for (const [type, active] of said) {
    if (type === 'online') expectPresence(id, active, world.disk);
    else if (isClockSteady && world.isClockSteady) expectCondition(id, type, active, world.disk);
  }
}

function expectCondition(device: string, type: string, active: boolean, disk: Disk): void {
  const latest = latestOf(disk, device, type);
  if (latest !== undefined && wasClosed(disk, latest)) return; // a closed alarm takes no word of its device any more
  const is = latest?.condition === 'active';
  expectThat(is === active, `${device} said ${active} of ${type} last, and its alarm ${latest?.id} says ${is}`);
}

function expectPresence(device: string, online: boolean, disk: Disk): void {
  const fact = disk.facts.get(`status/${device}`) as { online: boolean } | undefined;
  expectThat(fact?.online === online, `${device} said ${online} last, and the journal says ${fact?.online}`);
  const wasEverThere = disk.entries.some(
    ({ entry }) => entry.kind === 'device-status' && entry.device === device && entry.online,
  );
  if (wasEverThere) expectCondition(device, 'device.offline', !online, disk);
}

/** By the order of the log: the last that was raised. */
const latestOf = (disk: Disk, device: string, type: string): Alarm | undefined => {
  const raised = disk.entries.findLast(
    ({ entry }) => entry.kind === 'raised' && entry.raised.device === device && entry.raised.type === type,
  );
  return raised?.alarm === undefined ? undefined : disk.alarms.get(raised.alarm.id);
};

const wasClosed = (disk: Disk, { id }: Alarm): boolean =>
  disk.entries.some(({ entry }) => entry.kind === 'closed' && entry.alarm === id);
