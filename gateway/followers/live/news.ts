import type { DeviceId } from '../../domain/device.ts';
import type { Located } from '../../domain/scope.ts';
import type { Change, DeviceChange, TaskChange } from '../../http/contract/live.ts';
import type { Wall } from '../../http/contract/video.ts';
import { toAlarm, toIso, toTask, toWall } from '../../http/wire.ts';
import type { Recorded, Seq } from '../../journal/journal.ts';

/** What an entry of the journal is to the clients whose scope holds where it happened. */
export type ScopedNews =
  | Readonly<{ kind: 'change'; seq: Seq; where: Located & { type: string; severity: number }; change: () => Change }>
  | Readonly<{ kind: 'device'; seq: Seq; where: readonly Located[]; device: DeviceChange }>
  | Readonly<{ kind: 'task'; seq: Seq; where: readonly Located[]; task: TaskChange }>;

/** What an entry is to clients, and to whom. */
export type News = ScopedNews | Readonly<{ kind: 'wall'; seq: Seq; wall: Wall }>;

/** Where a device is, and where it was before, if it has just been moved. */
export type Places = (id: DeviceId) => readonly Located[];

/** Undefined for entries that are nobody's news: measurements, dead letters, sign-ins. */
export function newsOf({ seq, at, entry, alarm }: Recorded, places: Places): News | undefined {
  if (alarm !== undefined) {
    const { region, compound, type, severity } = alarm;
    const where = { region, compound, line: alarm.place.line, type, severity };
    const change = () => ({ seq, at: toIso(at), kind: entry.kind, alarm: toAlarm(alarm) }); // written only if somebody listens
    return { kind: 'change', seq, where, change };
  }
  switch (entry.kind) {
    case 'device-put':
      return deviceNews(seq, entry.device.id, at, places);
    case 'device-removed':
      return deviceNews(seq, entry.device, at, places);
    case 'device-status':
      return deviceNews(seq, entry.device, at, places, entry.online);
    case 'patrol-task-put': {
      const { region, place } = entry.task;
      return {
        kind: 'task',
        seq,
        where: [{ region, line: place.line }],
        task: { seq, at: toIso(at), task: toTask(entry.task) },
      };
    }
    case 'wall-put':
      return { kind: 'wall', seq, wall: toWall(entry.wall) };
    default:
      return undefined;
  }
}

const deviceNews = (seq: Seq, id: DeviceId, at: number, places: Places, online?: boolean): ScopedNews => ({
  kind: 'device',
  seq,
  where: places(id),
  device: { seq, id, at: toIso(at), ...(online === undefined ? {} : { online }) },
});
