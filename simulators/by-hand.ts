import { setTimeout as sleep } from 'node:timers/promises';
import { type CamerasOptions, startCameras } from './cameras/cameras.ts';
import { parseTroubles, type Troubles } from './cameras/troubles.ts';
import { playCity } from './city/play.ts';
import { storyOf, WHOLE_CITY } from './city/story.ts';
import { Api } from './demo/api.ts';
import { registerAll } from './demo/registering.ts';
import { familyOf, startDevice } from './device.ts';

/* What `main.ts` runs: many cameras, one device of a family, and the city. */

type Say = (text: string) => void;
/** The gateway's API, and its administrator's password, where the records shall be registered first. */
export type Registering = Readonly<{ api: string | undefined; password: string }>;

async function register(
  { api, password }: Registering,
  records: readonly Readonly<{ id: string }>[],
  say: Say,
): Promise<void> {
  if (api === undefined) return;
  await registerAll(await Api.signIn(api, 'admin', password), records);
  say(`已登记 / registered  ${records.length}  ${api}`);
}

export type DeviceByHand = Readonly<{
  family: string;
  to: string;
  name?: string;
  secret?: string;
  username?: string;
  everyS: number;
  /** Says what nobody can read once in each round, too. */
  isMalformed: boolean;
  registering: Registering;
}>;

/** Says its alarm, its end and a sign of life in turn until it is stopped. */
export async function runDevice(wish: DeviceByHand, stopped: AbortSignal, say: Say): Promise<void> {
  const { family, everyS, isMalformed, registering, ...options } = wish;
  const one = await familyOf(family);
  const device = await startDevice(one, options);
  try {
    say(`${family}  ${one.about.zh} / ${one.about.en}`);
    for (const record of device.records) say(`登记 / record  ${JSON.stringify(record)}`);
    await register(registering, device.records, say);
    const told = async (act: Parameters<typeof device.say>[0]): Promise<void> => {
      if (!stopped.aborted && (await device.say(act))) say(`${new Date().toISOString()}  ${act}`);
    };
    await told('start');
    while (!stopped.aborted) {
      for (const act of ['heartbeat', 'alarm', 'end', ...(isMalformed ? (['malformed'] as const) : [])] as const) {
        await told(act);
        await sleep(everyS * 1000, undefined, { signal: stopped }).catch(() => undefined); // it was stopped
      }
    }
  } finally {
    await device.stop();
  }
}

export type CityByHand = Readonly<{
  mqttUrl: string;
  username?: string;
  password?: string;
  /** Of the whole city, which has some 50,000 devices. */
  scale: number;
  seed: number;
  forS: number;
  speed: number;
  connections: number;
  signals?: number;
  incidents: number;
  registering: Registering;
}>;

/** How often it says how far it is, in seconds of the story. */
const TOLD_EVERY_S = 10;

export async function runCity(wish: CityByHand, stopped: AbortSignal, say: Say): Promise<void> {
  const { scale, seed, forS, signals, incidents, registering, ...options } = wish;
  const story = storyOf({
    ...{ seed, scale: Math.round(scale * WHOLE_CITY), startsAt: Date.now(), forMs: forS * 1000, incidents },
    ...(signals === undefined ? {} : { signals }),
  });
  const { city, planted } = story;
  say(`宜春 ${scale}  种子 / seed ${seed}  设备 / devices ${city.devices.length}  植入 / planted ${planted.length}`);
  await register(registering, city.devices, say);
  const startedAt = performance.now();
  const { second, said } = await playCity(story, {
    ...options,
    signal: stopped,
    onSecond: ({ second, said, behindMs }) => {
      if (second % TOLD_EVERY_S === 0)
        say(`${second} s  ${said} 条 / messages  落后 / behind ${Math.round(behindMs)} ms`);
    },
  });
  const tookS = (performance.now() - startedAt) / 1000;
  say(`完 / done  ${second} s  ${said} 条 / messages  ${Math.round(said / tookS)} /s`);
}

export type CamerasByHand = Omit<CamerasOptions, 'troubles'> & Readonly<{ trouble: readonly string[] }>;

/** Hundreds of cameras in this process; answers the way to stop them. */
export async function runCameras({ trouble, ...options }: CamerasByHand, say: Say): Promise<() => Promise<void>> {
  const placed = trouble.map(placedTroubles);
  const troubles = (at: number): Troubles =>
    Object.assign({}, ...placed.filter(({ from, to }) => at + 1 >= from && at + 1 <= to).map(({ how }) => how));
  const many = await startCameras({ ...options, troubles });
  for (const { id, codec, url } of many.cameras) say(`${id}  ${codec}  ${url}`);
  say(`登录 / sign-in  ${options.username}  ${options.password}`);
  return many.stop;
}

/** `loss=0.1@1-50`: these troubles at the cameras of these numbers. */
function placedTroubles(text: string): Readonly<{ from: number; to: number; how: Troubles }> {
  const [, words = '', from = '', to = from] = /^(.+)@(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  if (words === '') throw new RangeError(`--trouble '${text}', expected troubles and cameras such as loss=0.1@1-50`);
  return { from: Number(from), to: Number(to), how: parseTroubles(words) };
}
