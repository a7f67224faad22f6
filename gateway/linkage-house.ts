import { lookup } from 'node:dns/promises';
import { readFileSync } from 'node:fs';
import type { Settings } from '../config/settings.ts';
import type { AlarmLanes } from './desk/lanes.ts';
import type { Alarm } from './domain/alarm.ts';
import type { DeviceCommands } from './domain/command.ts';
import type { DeviceId } from './domain/device.ts';
import { deviceNetworks } from './domain/device-networks.ts';
import { failed, ok } from './domain/result.ts';
import type { Follower } from './followers/follower.ts';
import type { LinkageReach } from './followers/linkage/acts.ts';
import { type LinkagePorts, takeLinkages } from './followers/linkage/linkage.ts';
import { postWebhook } from './followers/linkage/webhook.ts';
import { toAlarm, wallOf } from './http/wire.ts';
import type { SqliteJournal } from './journal/sqlite.ts';
import type { PtzDesk } from './ptz-desk.ts';
import type { JournalledRegistry } from './registry/journalled-registry.ts';
import type { LineBook } from './registry/line-book.ts';

export type LinkageParts = Readonly<{
  settings: Settings['linkages'];
  registry: JournalledRegistry;
  lines: LineBook;
  lanes: AlarmLanes;
  journal: SqliteJournal;
  /** A person who steers a camera goes before a linkage. */
  ptz: Pick<PtzDesk, 'turnUnheld'>;
  commands: DeviceCommands;
}>;

/** All that has to do with linkages (联动), put together. */
export type LinkageHouse = Readonly<{
  /** Devices can be asked from now on. */
  arm(): void;
  follow(ports: Omit<LinkagePorts, 'rules' | 'findDevice' | 'desk' | 'reach' | 'ready' | 'open'>): Follower;
}>;

/** Called cameras that a wall shows at once; the oldest goes. As `called` of the contract. */
const CALLED_MAX = 8;
/** Writes of people to the same wall that a pop-up gives way to. */
const ATTEMPTS = 3;
const OPEN_MAX = 10_000;
const NOT_CLOSED = ['new', 'acknowledged', 'dispatched', 'handling', 'resolved'];
const BY = { name: 'linkage', centre: undefined };

export function openLinkageHouse(parts: LinkageParts): LinkageHouse {
  const { settings, registry, lanes, journal, ptz, commands } = parts;
  const { queries } = journal;
  const ready = Promise.withResolvers<void>();
  const post = webhooks(settings);

  const popUp: LinkageReach['popUp'] = async (id, alarm, camera) => {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const subject = `wall/${id}`;
      const expectedVersion = journal.versionOf(subject);
      const wall = wallOf(queries, id);
      if (wall === undefined) return failed('there is no such wall');
      const { called = [], dismissed = [] } = wall;
      if (dismissed.includes(alarm) || called.some((one) => one.alarm === alarm)) return ok(undefined);
      const after = { ...wall, called: [...called, { alarm, camera }].slice(-CALLED_MAX), version: wall.version + 1 };
      const entry = { kind: 'wall-put' as const, wall: after, by: BY };
      const [answer] = await journal.append([{ subject, expectedVersion, entries: [{ entry, alarm: undefined }] }]);
      if (answer?.ok === true) return ok(undefined);
    }
    return failed('the wall is being changed');
  };

  return {
    arm: () => ready.resolve(),
    follow: (ports) =>
      takeLinkages({
        ...ports,
        rules: settings.rules,
        findDevice: (id) => registry.find(id),
        desk: lanes,
        open: () =>
          queries.alarms({ where: { regions: [], states: NOT_CLOSED }, after: undefined, limit: OPEN_MAX }).items,
        ready: ready.promise,
        reach: { ptz: (id, act) => ptz.turnUnheld(id, act), popUp, commands, speakerFor: speakers(parts), post },
      }),
  };
}

/** Along the line where the alarm has a post, else one of its compound, else the device itself where it is a speaker. */
function speakers({ registry, lines }: LinkageParts): LinkageReach['speakerFor'] {
  const isSpeaker = (id: DeviceId): boolean => {
    const device = registry.find(id);
    return device?.kind === 'speaker' && device.enabled;
  };
  return ({ place, compound }: Alarm, withinM) => {
    if (place.line !== undefined && place.kmValue !== undefined) {
      return lines.nearest(place.line, place.kmValue, { withinM, limit: 1, accept: isSpeaker })[0]?.device;
    }
    if (compound === undefined) return undefined;
    const [first] = registry.list(
      undefined,
      1,
      (device) => device.kind === 'speaker' && device.enabled && device.compound === compound,
    );
    return first?.id;
  };
}

/** Secrets are read once, at the start: a file that is not there stops it. */
function webhooks({ webhooks: named, webhookNetworks }: Settings['linkages']): LinkageReach['post'] {
  const networks = deviceNetworks(webhookNetworks);
  const targets = new Map(
    Object.entries(named).map(([name, { url, secretFile }]) => [
      name,
      { url, secret: secretFile === undefined ? undefined : readFileSync(secretFile, 'utf8').trim() },
    ]),
  );
  const resolve = async (host: string): Promise<readonly string[]> => {
    const found = await lookup(host, { all: true }).catch(() => []); // no address: said as such
    return found.map(({ address }) => address);
  };
  return async (name, alarm, key, stop) => {
    const target = targets.get(name);
    if (target === undefined) return failed('linkages.webhooks has no such name');
    return await postWebhook(target, { body: JSON.stringify(toAlarm(alarm)), key, networks, resolve, stop });
  };
}
