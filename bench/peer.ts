import { setTimeout as sleep } from 'node:timers/promises';
import { startGateway } from '../tests/parts/gateway.ts';
import { type RealInflux, startInfluxdb } from '../tests/parts/influxdb.ts';
import { startMosquitto } from '../tests/parts/mosquitto.ts';
import { temporaryFolder } from '../tests/parts/temporary-folder.ts';
import type { Finishing } from './finishing.ts';
import { registerFences, UNHELD } from './gateway.ts';
import { installNodeRed, startNodeRed } from './peer-node-red/node-red.ts';
import { loadOf } from './process-load.ts';
import { startProgram } from './program.ts';
import type { Row } from './table.ts';

const DEVICES = 50;
const DATABASE = 'fengsui';
/** A steady stream, quick enough that two seconds are worth something, slow enough that both keep up with ease. */
const STREAM = { total: 6_000, perSecond: 1_000 };
/** Long enough for three starts, and what has waited meanwhile is worked off before the next kill. */
const LONG_STREAM = { total: 15_000, perSecond: 1_000 };
const BETWEEN_KILLS_MS = 3_000;
const RUSH = { total: 30_000, perSecond: 0 };
const AWAY_MS = 2_000;
const KILLS = 3;
/** The store has not grown for so long: what is not in it now does not come any more. */
const QUIET_MS = 10_000;
const POLL_MS = 100;

type Stream = Readonly<{ total: number; perSecond: number }>;
/** A side of the comparison on a broker and an InfluxDB of its own. `stored`: how many of the messages InfluxDB has. */
type Side = Readonly<{
  mqttPort: number;
  influx: RealInflux;
  stored: () => Promise<number>;
  /** Killed, and started again at once. */
  strike: () => Promise<void>;
  pid: () => number;
}>;
type Start = (finishing: Finishing) => Promise<Side>;
type Outcome = Readonly<{ lost: number; perSecond: number; memoryMib: number }>;

/**
 * The same work by Node-RED and by the gateway, through mosquitto into InfluxDB 1.x: what the broker has acknowledged
 * to the devices and InfluxDB has not in the end, while InfluxDB is away for two seconds and with three SIGKILLs; and
 * only then how fast.
 */
export async function peer(finishing: Finishing): Promise<readonly Row[]> {
  try {
    await installNodeRed();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [{ what: `Node-RED: ${why}`, ours: '', floor: '', ratio: '' }];
  }
  const outage = await both(finishing, STREAM, async ({ influx }) => {
    await sleep(AWAY_MS);
    await influx.kill();
    await sleep(AWAY_MS);
    await influx.start();
  });
  const kills = await both(finishing, LONG_STREAM, async ({ strike }) => {
    for (let kill = 0; kill < KILLS; kill += 1) {
      await sleep(BETWEEN_KILLS_MS);
      await strike();
    }
  });
  const rush = await both(finishing, RUSH, async () => undefined);
  const lost = (what: string, { ours, theirs }: typeof outage, of: number): Row => ({
    what: `对 Node-RED beside it: ${what}`,
    ours: `丢 lost ${ours.lost} / ${of}`,
    floor: `丢 lost ${theirs.lost} / ${of}`,
    ratio: '',
  });
  return [
    lost('InfluxDB 两秒不在 away for 2 s', outage, STREAM.total),
    lost(`${KILLS} 次 SIGKILL`, kills, LONG_STREAM.total),
    {
      what: '对 Node-RED beside it: 全速，至 InfluxDB at full speed, into InfluxDB',
      ours: `${rush.ours.perSecond}/s, 丢 lost ${rush.ours.lost}`,
      floor: `${rush.theirs.perSecond}/s, 丢 lost ${rush.theirs.lost}`,
      ratio: (rush.ours.perSecond / Math.max(1, rush.theirs.perSecond)).toFixed(2),
    },
    {
      what: '对 Node-RED beside it: 内存 memory (RSS)',
      ours: `${rush.ours.memoryMib.toFixed(0)} MiB`,
      floor: `${rush.theirs.memoryMib.toFixed(0)} MiB`,
      ratio: (rush.ours.memoryMib / rush.theirs.memoryMib).toFixed(2),
    },
  ];
}

async function both(finishing: Finishing, stream: Stream, trouble: (side: Side) => Promise<void>) {
  const theirs = await sideWith(startTheirs, finishing, stream, trouble);
  const ours = await sideWith(startOurs, finishing, stream, trouble);
  return { ours, theirs };
}

async function sideWith(
  start: Start,
  finishing: Finishing,
  stream: Stream,
  trouble: (side: Side) => Promise<void>,
): Promise<Outcome> {
  const side = await start(finishing);
  const { total, perSecond } = stream;
  const startedAt = Date.now();
  const load = startProgram(
    'publisher.ts',
    [side.mqttPort, total, 4, 500, DEVICES, 0, perSecond].map(String),
    finishing,
  );
  const sent = load.said('acknowledged');
  await trouble(side);
  await sent;
  const { stored, at } = await grown(side, total);
  const { memoryMib } = await loadOf([side.pid()], 1);
  await finishing.finish();
  return { lost: total - stored, perSecond: Math.round((stored * 1000) / (at - startedAt)), memoryMib };
}

/** Until the store has all, or has not grown for a while; `at` is when it grew last. */
async function grown({ stored }: Side, wanted: number): Promise<{ stored: number; at: number }> {
  let [had, at] = [-1, Date.now()];
  for (;;) {
    const now = await stored();
    if (now > had) [had, at] = [now, Date.now()];
    if (now >= wanted || Date.now() - at > QUIET_MS) return { stored: had, at };
    await sleep(POLL_MS);
  }
}

const startTheirs: Start = async (finishing) => {
  const { broker, influx } = await around(finishing);
  await influx.query(`CREATE DATABASE ${DATABASE}`);
  const influxPort = Number(new URL(influx.url).port);
  const nodeRed = await startNodeRed({ mqttPort: broker.port, influxPort, database: DATABASE }, finishing);
  const strike = async (): Promise<void> => {
    await nodeRed.kill();
    await nodeRed.start();
  };
  return {
    mqttPort: broker.port,
    influx,
    // a message may stand there twice, under another time, when it was delivered twice
    stored: async () => new Set((await influx.query('SELECT event FROM alarm_event')).map(({ event }) => event)).size,
    strike,
    pid: nodeRed.pid,
  };
};

const startOurs: Start = async (finishing) => {
  const { broker, influx } = await around(finishing);
  const options = {
    dataDir: await temporaryFolder(finishing.add),
    mqttUrl: broker.url,
    env: {
      ...UNHELD,
      FENGSUI_INFLUX_URL: influx.url,
      FENGSUI_INFLUX_API: 'v1',
      FENGSUI_INFLUX_DATABASE: DATABASE,
    },
  };
  let gateway = await startGateway(options, finishing.add);
  await gateway.signIn();
  await registerFences(gateway, DEVICES);
  const strike = async (): Promise<void> => {
    await gateway.kill('SIGKILL');
    gateway = await startGateway(options, finishing.add);
  };
  return { mqttPort: broker.port, influx, stored: () => alarmPoints(influx), strike, pid: () => gateway.pid };
};

/** One point for each message: they all raise or repeat an alarm of the catalogue's one type in this load. */
async function alarmPoints(influx: RealInflux): Promise<number> {
  const where = "type = 'railway.perimeter.intrusion' AND (kind = 'raised' OR kind = 'repeated')";
  const [row] = await influx.query(`SELECT count(seq) AS points FROM alarm WHERE ${where}`);
  return Number(row?.['points'] ?? 0);
}

async function around(finishing: Finishing) {
  const add = (end: () => Promise<void>): void => finishing.add(end);
  return { broker: await startMosquitto(add), influx: await startInfluxdb(add) };
}
