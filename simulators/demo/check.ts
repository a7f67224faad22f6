import { setTimeout as sleep } from 'node:timers/promises';
import { playScenario } from '../play.ts';
import type { Scenario } from '../scenario.ts';
import { doorForced } from '../scenarios/door-forced.ts';
import { fenceIntrusion } from '../scenarios/fence-intrusion.ts';
import { lineCrossed } from '../scenarios/line-crossed.ts';
import { Api, type ArchivedPoint, type SeenAlarm } from './api.ts';
import { type Change, LiveFeed } from './live-feed.ts';
import { lookAt, type SeenPicture } from './picture.ts';
import type { Stage } from './stage.ts';

/** The three families that must come through all the way, each by one story and its first alarm. */
const FAMILIES: readonly Readonly<{ name: string; story: Scenario }>[] = [
  { name: '护路 railway', story: fenceIntrusion },
  { name: '小区 community', story: doorForced },
  { name: '雪亮工程 camera', story: lineCrossed },
];

/** What one family's alarm became, at each of its stations. */
type Passage = Readonly<{
  raised: Change;
  archived: readonly ArchivedPoint[];
  camera: string;
  picture: SeenPicture;
  acknowledged: Change;
}>;

const say = (text: string): boolean => process.stdout.write(`${text}\n`);
const ARCHIVE_POLL_MS = 200;

/** Plays each family's story once; answers whether all came all the way, and prints what was seen or what failed. */
export async function checkAll({ gateway, fleet, people }: Stage, stop: AbortSignal): Promise<boolean> {
  const duty = people.find(({ username }) => username === 'duty');
  if (duty === undefined) throw new Error('nobody is on duty');
  const desk = await Api.signIn(gateway.address, duty.username, duty.password);
  const other = await Api.signIn(gateway.address, duty.username, duty.password);
  const [screen, second] = [
    await LiveFeed.open(gateway.address, desk.token),
    await LiveFeed.open(gateway.address, other.token),
  ];
  let passed = 0;
  try {
    for (const { name, story } of FAMILIES) {
      stop.throwIfAborted(); // what follows would only fail for the same reason
      const told = new AbortController();
      const playing = playScenario(story, fleet, { signal: AbortSignal.any([stop, told.signal]) });
      try {
        report(name, await follow(story, desk, screen, second, stop));
        passed += 1;
      } catch (error) {
        say(`✗ ${name} · ${story.title.zh} / ${story.title.en}\n  ${error instanceof Error ? error.message : error}`);
      } finally {
        told.abort();
        await playing;
      }
    }
  } finally {
    screen.close();
    second.close();
  }
  say(`\n${passed} / ${FAMILIES.length} 类全程通过 / families came through all the way`);
  return passed === FAMILIES.length;
}

/** One alarm from the device to the second screen. Each step waits for what happens, until `stop`. */
async function follow(
  story: Scenario,
  desk: Api,
  screen: LiveFeed,
  second: LiveFeed,
  stop: AbortSignal,
): Promise<Passage> {
  const [awaited] = story.raises;
  if (awaited === undefined) throw new Error(`${story.name} raises nothing`);
  const isAwaited = ({ kind, alarm }: Change) =>
    kind === 'raised' && alarm.device === awaited.device && alarm.type === awaited.type;
  const raised = await within('no alarm on the live feed', screen.next(isAwaited, stop));
  const { alarm } = raised;
  const archived = await within('no record in the archive', archivedOf(desk, alarm, stop));
  const [camera] = alarm.cameras;
  if (camera === undefined) throw new Error(`the alarm ${alarm.id} names no camera`);
  const url = await desk.pictureUrl(camera);
  if (url === undefined) throw new Error(`${camera} offers no ws-flv`);
  const picture = await within(`no picture of ${camera}`, lookAt(url, stop));
  if (!picture.differ)
    throw new Error(`all ${picture.frames} frames of ${camera} are the same: the picture stands still`);
  const taken = second.next(({ kind, alarm: { id } }) => kind === 'acknowledged' && id === alarm.id, stop);
  taken.catch(() => undefined); // told below; an acknowledgement that is refused comes first
  await acknowledgeLatest(desk, screen, alarm);
  const acknowledged = await within('the other screen did not see the acknowledgement', taken);
  return { raised, archived, camera, picture, acknowledged };
}

async function within<T>(what: string, waited: Promise<T>): Promise<T> {
  try {
    return await waited;
  } catch (error) {
    throw new Error(`${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

async function archivedOf(desk: Api, { id }: SeenAlarm, stop: AbortSignal): Promise<readonly ArchivedPoint[]> {
  for (;;) {
    const points = await desk.archivedPoints(id);
    if (points.length > 0) return points;
    await sleep(ARCHIVE_POLL_MS, undefined, { signal: stop });
  }
}

/** A snapshot or a repeat may have moved the alarm on since it was raised: the version on the screen counts. */
async function acknowledgeLatest(desk: Api, screen: LiveFeed, alarm: SeenAlarm): Promise<void> {
  await desk.acknowledge(screen.latestOf(alarm.id) ?? alarm, '演示自检 / demo check');
}

function report(name: string, { raised, archived, camera, picture, acknowledged }: Passage): void {
  const { alarm, seq, at } = raised;
  const [point] = archived;
  say(`✓ ${name} · ${alarm.title.zh} / ${alarm.title.en}`);
  say(`  报警 alarm    ${alarm.id}  ${alarm.type}  severity ${alarm.severity}  ${alarm.device}`);
  say(`  日志 journal  seq ${seq}  (${Date.parse(at) - Date.parse(alarm.occurredAt)} ms after the device's word)`);
  say(
    `  归档 archive  ${archived.length}: ${point?.measurement} ${point?.time} ${JSON.stringify({ ...Object(point?.tags), ...Object(point?.fields) })}`,
  );
  say(
    `  画面 picture  ${camera}  ${picture.width}x${picture.height}  ${picture.frames} frames, moving  ${picture.bytes} bytes`,
  );
  say(`  签收 accepted by duty, seen on the other screen as seq ${acknowledged.seq}`);
}
