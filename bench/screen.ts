import { z } from 'zod';
import type { Finishing } from './finishing.ts';
import { fenceId, gatewayForBench, registerFences } from './gateway.ts';
import { startProgram } from './program.ts';
import type { Bench, Row } from './table.ts';

const CLIENTS = 200;
const EVENTS = 220;
const EVERY_MS = 50;

/** Messages are numbers by the thousand: read as such, not each by zod. */
const Heard = z.object({ times: z.custom<number[]>(Array.isArray), bytes: z.int(), lost: z.int() });
type Heard = z.infer<typeof Heard>;

/** From the sensor's word to each of 200 screens, 20 events a second, against a bare broadcast of the same bytes. */
export const screen: Bench = async (finishing) => {
  const gateway = await gatewayForBench(finishing);
  await registerFences(gateway, 1);
  const { token } = await gateway.signIn();
  const ours = await heardBy(['gateway', gateway.url, gateway.mqttUrl, token, fenceId(0)], finishing);
  await gateway.stop();
  const bare = startProgram('bare-broadcast.ts', [], finishing);
  const port = await bare.said('ready');
  const floor = await heardBy(['bare', `ws://127.0.0.1:${port}`, '-', '-', String(ours.bytes)], finishing);
  return [rowOf('p50', 0.5, ours, floor), rowOf('p99', 0.99, ours, floor), lostRow(ours, floor)];
};

async function heardBy(args: readonly string[], finishing: Finishing): Promise<Heard> {
  const screens = startProgram('screens.ts', [...args, ...[CLIENTS, EVENTS, EVERY_MS].map(String)], finishing);
  const heard = Heard.parse(await screens.said('times'));
  return { ...heard, times: heard.times.toSorted((a, b) => a - b) };
}

const at = ({ times }: Heard, part: number): number => times[Math.floor((times.length - 1) * part)] ?? Number.NaN;

function rowOf(name: string, part: number, ours: Heard, floor: Heard): Row {
  const [our, bare] = [at(ours, part), at(floor, part)];
  const what = `传感器 → ${CLIENTS} 屏 screens ${name}`;
  return { what, ours: `${our.toFixed(1)} ms`, floor: `${bare.toFixed(1)} ms`, ratio: (our / bare).toFixed(2) };
}

const lostRow = (ours: Heard, floor: Heard): Row => ({
  what: `丢失 lost (of ${ours.times.length + ours.lost}, ${ours.bytes} B each)`,
  ours: String(ours.lost),
  floor: String(floor.lost),
  ratio: '',
});
