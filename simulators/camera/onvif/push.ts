import { request } from 'node:http';
import { writeNotification } from './notification.ts';
import type { PullPoint } from './pull-point.ts';
import { envelope, xml } from './xml.ts';

const MESSAGES_MAX = 20;
const WAIT_MS = 60_000;
const TIMEOUT_MS = 10_000;

/** Brings a subscription's messages to its consumer, in order, until the subscription ends. A message that is not taken is lost. */
export async function bring(point: PullPoint, consumer: string): Promise<void> {
  while (!point.isEnded) {
    const messages = await point.pull({ timeoutMs: WAIT_MS, limit: MESSAGES_MAX });
    if (messages.length === 0) continue;
    const notify = envelope(xml`<wsnt:Notify>${messages.map(writeNotification)}</wsnt:Notify>`);
    await post(consumer, notify);
  }
}

/** Resolves whatever comes of it: a camera does not mind. */
function post(url: string, body: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const headers = { 'Content-Type': 'application/soap+xml; charset=utf-8', 'Content-Length': Buffer.byteLength(body) };
  const sending = request(url, { method: 'POST', headers, timeout: TIMEOUT_MS, agent: false }, (response) => {
    response.resume();
    response.on('end', resolve);
  });
  sending.on('timeout', () => sending.destroy());
  sending.on('error', () => resolve()); // nobody there: as a camera, say nothing and go on
  sending.on('close', () => resolve());
  sending.end(body);
  return promise;
}
