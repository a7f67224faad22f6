import WebSocket from 'ws';
import { z } from 'zod';
import { Hearing } from './hearing.ts';

/*
 * Screens of the bare broadcast: each listens on the channel of its group. Told what to do by messages, each answered by
 * one of the same name: open {url, screens: [{group}]}, and heard {from, to} as in screens.ts.
 */
const Plan = z.object({ url: z.string(), screens: z.array(z.object({ group: z.int() })) });
const Span = z.object({ from: z.number(), to: z.number() });
const hearing = new Hearing();

async function open(url: string, group: number): Promise<void> {
  const screen = hearing.add(group);
  const socket = new WebSocket(`${url}/${group}`, { perMessageDeflate: false });
  socket.on('message', (data: Buffer) => void hearing.take(screen, JSON.parse(data.toString()), true));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
}

async function act(name: string, value: unknown): Promise<unknown> {
  if (name === 'open') {
    const { url, screens } = Plan.parse(value);
    for (const { group } of screens) await open(url, group);
    return {};
  }
  const { from, to } = Span.parse(value);
  await hearing.quiet();
  return hearing.report(from, to);
}

process.on('message', (message: unknown) => {
  const [name, value] = z.tuple([z.string(), z.unknown()]).parse(message);
  void act(name, value).then((answer) => process.send?.([name, answer]));
});
process.on('disconnect', () => process.exit(0));
