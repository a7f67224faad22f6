import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';

const Exchange = z.object({ url: z.string(), soap_action: z.string(), response_status: z.int(), response: z.string() });
export type Exchange = z.infer<typeof Exchange>;

/** The exchanges of a recording in `tests/fixtures/onvif`, in the order in which they happened. */
export function readRecording(name: string): readonly Exchange[] {
  const file = new URL(`../fixtures/onvif/${name}.jsonl.gz`, import.meta.url);
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trim().split('\n');
  return lines.map((line) => Exchange.parse(JSON.parse(line)));
}

export type RecordedCamera = Readonly<{
  /** What an operator would enter. */
  url: string;
  /** Operations that were asked for, in order. */
  asked: readonly string[];
  /** Resolves when every recorded pull was answered and one more was asked for, so the last one had been taken. */
  playedToTheEnd: Promise<void>;
  stop(): Promise<void>;
}>;

/**
 * Plays a recording back on loopback: each operation gets its recorded answers in order, the last pull waits until the
 * client leaves. What the recorder never asked for (the device service) is answered with the least that the standard
 * wants; the clock is the recorded one.
 */
export const startRecordedCamera = (name: string): Promise<RecordedCamera> => playBack(readRecording(name));

/** Plays these exchanges back, as `startRecordedCamera` does those of a file. */
export async function playBack(recording: readonly Exchange[]): Promise<RecordedCamera> {
  const queues = Map.groupBy(recording, ({ soap_action }) => soap_action.replace(/^.*\//, '').replace(/Request$/, ''));
  const asked: string[] = [];
  const { promise: playedToTheEnd, resolve: played } = Promise.withResolvers<void>();
  let clock = recording[0]?.response ?? '';
  const server = createServer(async (request, response) => {
    const operation = operationOf(await textOf(request));
    asked.push(operation);
    const queue = queues.get(operation) ?? [];
    const next = queue.length > 1 || operation === 'PullMessages' ? queue.shift() : queue[0];
    if (next !== undefined) {
      clock = next.response;
      return send(response, next.response_status, next.response);
    }
    if (operation === 'PullMessages') return played();
    send(response, 200, unrecorded(operation, recording[0]?.url ?? '', clock));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}/onvif/device_service`,
    asked,
    playedToTheEnd,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

const operationOf = (message: string): string =>
  /<(?:[\w-]+:)?Body[^>]*>\s*<(?:[\w-]+:)?(\w+)/.exec(message)?.[1] ?? 'nothing';

function send(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'application/soap+xml; charset=utf-8' }).end(text);
}

function unrecorded(operation: string, eventsUrl: string, clock: string): string {
  if (operation === 'GetSystemDateAndTime')
    return soap(`<d:GetSystemDateAndTimeResponse>${systemDate(clock)}</d:GetSystemDateAndTimeResponse>`);
  if (operation === 'GetServices') {
    const service = `<d:Namespace>http://www.onvif.org/ver10/events/wsdl</d:Namespace><d:XAddr>${eventsUrl}</d:XAddr>`;
    const device = `<d:Namespace>http://www.onvif.org/ver10/device/wsdl</d:Namespace><d:XAddr>${eventsUrl}</d:XAddr>`;
    return soap(
      `<d:GetServicesResponse><d:Service>${device}</d:Service><d:Service>${service}</d:Service></d:GetServicesResponse>`,
    );
  }
  return soap(`<d:${operation}Response/>`);
}

const soap = (body: string): string =>
  `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:d="http://www.onvif.org/ver10/device/wsdl" xmlns:t="http://www.onvif.org/ver10/schema"><s:Body>${body}</s:Body></s:Envelope>`;

function systemDate(answer: string): string {
  const at = new Date(/CurrentTime>([^<]+)</.exec(answer)?.[1] ?? 0);
  const date = `<t:Date><t:Year>${at.getUTCFullYear()}</t:Year><t:Month>${at.getUTCMonth() + 1}</t:Month><t:Day>${at.getUTCDate()}</t:Day></t:Date>`;
  const time = `<t:Time><t:Hour>${at.getUTCHours()}</t:Hour><t:Minute>${at.getUTCMinutes()}</t:Minute><t:Second>${at.getUTCSeconds()}</t:Second></t:Time>`;
  return `<d:SystemDateAndTime><t:UTCDateTime>${time}${date}</t:UTCDateTime></d:SystemDateAndTime>`;
}
