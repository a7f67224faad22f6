import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { uuidv7 } from 'uuidv7';
import type { Settings } from '../config/settings.ts';
import type { AlarmDesk } from './desk/desk.ts';
import type { Evidence } from './domain/alarm.ts';
import type { Device, DeviceId } from './domain/device.ts';
import { metresBetween } from './domain/geo.ts';
import type { PatrolPlan, PatrolRound, PatrolTask } from './domain/patrol.ts';
import type { Place } from './domain/place.ts';
import { sectionAt } from './domain/railway-line.ts';
import type { Intake } from './domain/signal.ts';
import type { EvidenceFiles, EvidenceReading } from './followers/evidence/files.ts';
import { evidenceUrl, openEvidence, photoName, storeEvidence } from './followers/evidence/store.ts';
import type { PatrolPort } from './http/ports.ts';
import type { SqliteJournal } from './journal/sqlite.ts';
import { gaugeByLabel } from './metrics.ts';
import { RoundBook } from './patrol/round-book.ts';
import { RoundDesk } from './patrol/round-desk.ts';
import { TaskBook } from './patrol/task-book.ts';
import { TaskDesk } from './patrol/task-desk.ts';
import type { LineBook } from './registry/line-book.ts';

export type PatrolParts = Readonly<{
  settings: Settings['patrol'];
  dataDir: string;
  journal: SqliteJournal;
  lines: LineBook;
  desk: () => AlarmDesk;
  intake: () => Intake;
  metrics: Registry;
  now: () => number;
  log: Logger;
}>;

/** All that has to do with patrols (巡护), put together. */
export type PatrolHouse = Readonly<{
  tasks: TaskDesk;
  rounds: RoundDesk;
  /** A plan as the device that its late rounds are alarms of. */
  post(id: DeviceId): Device | undefined;
  port(evidence: EvidenceFiles): PatrolPort;
  /** Rounds are opened and looked after from now on. Answers the way to stop. */
  start(): () => Promise<void>;
}>;

export function openPatrolHouse(parts: PatrolParts): PatrolHouse {
  const { settings, journal, lines, now, log } = parts;
  const facts = <T>(prefix: string): readonly T[] =>
    // each was written by us: by the key stands what the entry held
    [...journal.queries.facts(prefix)].map(({ value }) => value as T);
  const taskBook = new TaskBook(facts<PatrolTask>('patrol-task/'));
  const roundBook = new RoundBook(facts<PatrolRound>('patrol-round/'));
  const tasks = new TaskDesk({
    journal,
    book: taskBook,
    desk: parts.desk,
    located: (place) => ({ place: lines.withPoint(place), section: sectionOf(lines, place) }),
    leftOf: ({ origin }) =>
      origin.kind === 'round'
        ? (roundBook.find(origin.round)?.points.filter(({ passedAt }) => passedAt === undefined).length ?? 0)
        : 0,
    newId: uuidv7,
    now,
  });
  const rounds = new RoundDesk({
    plans: settings.plans.map((plan) => located(lines, plan)),
    rounds: roundBook,
    tasks: taskBook,
    journal,
    intake: { accept: (reports) => parts.intake().accept(reports) },
    now,
    log,
  });
  gaugeByLabel(parts.metrics, { name: 'fengsui_patrol_tasks', help: 'Patrol tasks by state', label: 'state' }, () =>
    taskBook.counts(),
  );
  gaugeByLabel(
    parts.metrics,
    { name: 'fengsui_patrol_rounds', help: 'Patrol rounds by state; late: open, and an alarm', label: 'state' },
    () => roundBook.counts(),
  );
  return {
    tasks,
    rounds,
    post: rounds.post,
    port: (evidence) => ({
      tasks,
      rounds,
      ...photosOf(parts, tasks, evidence),
      distanceM: (place, from) => distanceM(lines, place, from),
    }),
    start: () => rounds.start(() => tasks.forgetOld()),
  };
}

/** Phones show how far a check-point is: they need its coordinates. */
const located = (lines: LineBook, plan: PatrolPlan): PatrolPlan => ({
  ...plan,
  checkPoints: plan.checkPoints.map((point) => ({ ...point, place: lines.withPoint(point.place) })),
});

function sectionOf(lines: LineBook, { line, kmValue }: Place): string | undefined {
  const survey = line === undefined ? undefined : lines.find(line);
  return survey === undefined || kmValue === undefined ? undefined : sectionAt(survey.line, kmValue)?.id;
}

function distanceM(lines: LineBook, place: Place, from: Readonly<{ lng: number; lat: number }>): number | undefined {
  const { lng, lat } = lines.withPoint(place);
  return lng === undefined || lat === undefined ? undefined : metresBetween({ lng, lat }, from);
}

/** The photos of a task: evidence of its alarm, or files of its own that stay as long as photos do. */
function photosOf(
  { dataDir }: PatrolParts,
  tasks: TaskDesk,
  evidence: EvidenceFiles,
): Pick<PatrolPort, 'addPhoto' | 'openPhoto'> {
  const addPhoto: PatrolPort['addPhoto'] = async (task, jpeg, at, by) => {
    const sha256 = createHash('sha256').update(jpeg).digest('hex');
    const bytes = jpeg.length;
    if (task.origin.kind === 'alarm') {
      const { url } = await evidence.addPhoto(task.origin.alarm, jpeg, at, by);
      return (await tasks.addPhoto(task.id, { url, at, sha256, bytes }, by)) ?? task;
    }
    const name = photoName(task.id, sha256);
    await storeEvidence(dataDir, ownerOf(task), name, jpeg);
    return (await tasks.addPhoto(task.id, { url: photoUrl(task.id, name), at, sha256, bytes }, by)) ?? task;
  };
  const openPhoto: PatrolPort['openPhoto'] = async (task, file) => {
    const listed = task.photos.filter(({ url }) => url === photoUrl(task.id, file)).map(asEvidence(task, file));
    const opened = await openEvidence(dataDir, { ...ownerOf(task), evidence: listed }, file);
    if (!opened.ok) return undefined;
    const { file: handle, ...more } = opened.value;
    const read: EvidenceReading['read'] = () => handle.createReadStream();
    return { ...more, read, close: () => handle.close() };
  };
  return { addPhoto, openPhoto };
}

const photoUrl = (task: string, file: string): string => `/api/v1/patrol/tasks/${task}/photos/${file}`;
/** A task's files lie as an alarm's do, under its own id and the day on which it was made. */
const ownerOf = ({ id, madeAt }: PatrolTask) => ({ id, receivedAt: madeAt });
const asEvidence =
  ({ id }: PatrolTask, file: string) =>
  ({ at, sha256, bytes }: PatrolTask['photos'][number]): Evidence => ({
    kind: 'photo',
    url: evidenceUrl(id, file),
    at,
    sha256,
    bytes,
    camera: undefined,
  });
