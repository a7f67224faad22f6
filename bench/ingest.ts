import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningGateway } from '../tests/parts/gateway.ts';
import { startMosquitto } from '../tests/parts/mosquitto.ts';
import type { Finishing } from './finishing.ts';
import { gatewayForBench, registerFences } from './gateway.ts';
import { startProgram } from './program.ts';
import type { Bench, Row } from './table.ts';

const EVENTS = 30_000;
const CONNECTIONS = 4;
const WINDOW = 500;
const DEVICES = 50;
const POLL_MS = 20;
const WITHIN_MS = 14_000;

/** Events a second through MQTT, decide, journal and acknowledgement; each event becomes an entry of the journal. */
export const ingest: Bench = async (finishing) => [await onMosquitto(finishing), await onEmbedded(finishing)];

async function onMosquitto(finishing: Finishing): Promise<Row> {
  const broker = await startMosquitto(async (end) => finishing.add(end));
  const gateway = await gatewayForBench(finishing, broker.url);
  await registerFences(gateway, DEVICES);
  const ours = await journalled(gateway, broker.port, finishing);
  await gateway.stop();
  // Its own broker: the gateway's session, left behind, would be filled as well.
  const other = await startMosquitto(async (end) => finishing.add(end));
  const counter = startProgram('counter.ts', [other.url, String(EVENTS)], finishing);
  await counter.said('ready');
  const startedAt = Date.now();
  const counted = counter.said('counted');
  publish(other.port, finishing);
  const floor = perSecond(EVENTS, Number(await counted) - startedAt);
  await finishing.finish();
  return rowOf('mosquitto → 日志 journal', ours, floor);
}

async function onEmbedded(finishing: Finishing): Promise<Row> {
  const gateway = await gatewayForBench(finishing);
  await registerFences(gateway, DEVICES);
  const ours = await journalled(gateway, Number(new URL(gateway.mqttUrl).port), finishing);
  await gateway.stop();
  const bare = startProgram('bare-broker.ts', [], finishing);
  const port = Number(await bare.said('ready'));
  const startedAt = Date.now();
  const floor = perSecond(EVENTS, Number(await publish(port, finishing).said('acknowledged')) - startedAt);
  await finishing.finish();
  return rowOf('内置 embedded → 日志 journal', ours, floor);
}

/** Until every event is durable, or time is up: then those that are. */
async function journalled(gateway: RunningGateway, port: number, finishing: Finishing): Promise<number> {
  const before = await journalHead(gateway);
  const startedAt = Date.now();
  publish(port, finishing);
  for (;;) {
    const done = (await journalHead(gateway)) - before;
    const ms = Date.now() - startedAt;
    if (done >= EVENTS || ms > WITHIN_MS) return perSecond(Math.min(done, EVENTS), ms);
    await sleep(POLL_MS);
  }
}

async function journalHead({ url }: RunningGateway): Promise<number> {
  const text = await (await fetch(new URL('/metrics', url))).text();
  const head = /^fengsui_journal_head(?:\{[^}]*\})? (\d+)/m.exec(text)?.[1];
  if (head === undefined) throw new Error('/metrics does not tell the journal head');
  return Number(head);
}

const publish = (port: number, finishing: Finishing) =>
  startProgram('publisher.ts', [port, EVENTS, CONNECTIONS, WINDOW, DEVICES].map(String), finishing);

const perSecond = (count: number, ms: number): number => Math.round((count * 1000) / ms);
const rowOf = (what: string, ours: number, floor: number): Row => ({
  what,
  ours: `${ours}/s`,
  floor: `${floor}/s`,
  ratio: (ours / floor).toFixed(2),
});
