import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export type Heard = Readonly<{ operation: string; path: string; text: string; authorization: string | undefined }>;
/** What a script does with one request; without a script the camera behaves well. */
export type Script = (response: ServerResponse, heard: Heard) => void;

export type ScriptedCamera = Readonly<{
  url: string;
  heard: readonly Heard[];
  count(operation: string): number;
  /** Messages for the next pull, or the one that waits. */
  notify(...notifications: readonly string[]): void;
  /** What to do with an operation from now on; undefined: what a good camera does. */
  script(operation: string, script: Script | undefined): void;
  /** Resolves when an operation was asked for so many times. */
  heardOf(operation: string, times: number): Promise<void>;
  stop(): Promise<void>;
}>;

const ENVELOPE =
  '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:d="http://www.onvif.org/ver10/device/wsdl" xmlns:t="http://www.onvif.org/ver10/schema" xmlns:tev="http://www.onvif.org/ver10/events/wsdl" xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:wsa="http://www.w3.org/2005/08/addressing" xmlns:tns1="http://www.onvif.org/ver10/topics" xmlns:ter="http://www.onvif.org/ver10/error"><s:Body>';

export function say(response: ServerResponse, body: string, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'application/soap+xml; charset=utf-8' });
  response.end(`${ENVELOPE}${body}</s:Body></s:Envelope>`);
}

export const fault =
  (code: string, status = 400): Script =>
  (response) =>
    say(
      response,
      `<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>${code}</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en"/></s:Reason></s:Fault>`,
      status,
    );

export const notification = (
  topic: string,
  operation: string | undefined,
  data: string,
  at = new Date().toISOString(),
): string =>
  `<wsnt:NotificationMessage><wsnt:Topic>${topic}</wsnt:Topic><wsnt:Message><t:Message UtcTime="${at}"${operation === undefined ? '' : ` PropertyOperation="${operation}"`}><t:Source><t:SimpleItem Name="Source" Value="0"/></t:Source><t:Data>${data}</t:Data></t:Message></wsnt:Message></wsnt:NotificationMessage>`;

/** A camera on loopback that does what the test says, and otherwise just what the standard wants. */
export async function startScriptedCamera(): Promise<ScriptedCamera> {
  const heard: Heard[] = [];
  const scripts = new Map<string, Script>();
  const queue: string[] = [];
  let waiting: (() => void) | undefined;
  let listeners: (() => void)[] = [];
  const count = (operation: string) => heard.filter((one) => one.operation === operation).length;

  const pull: Script = (response, { text }) => {
    const seconds = Number(/Timeout>PT([\d.]+)S</.exec(text)?.[1] ?? 1);
    const answer = () => {
      clearTimeout(timer);
      waiting = undefined;
      say(
        response,
        `<tev:PullMessagesResponse>${lifetime('tev', 'tev')}${queue.splice(0).join('')}</tev:PullMessagesResponse>`,
      );
    };
    const timer = setTimeout(answer, seconds * 1_000);
    response.on('close', () => clearTimeout(timer));
    waiting = answer;
    if (queue.length > 0) answer();
  };
  const good: Readonly<Record<string, Script>> = {
    GetSystemDateAndTime: (response) => say(response, systemDate()),
    GetServices: (response) => say(response, services()),
    CreatePullPointSubscription: (response) => say(response, created()),
    PullMessages: pull,
  };
  const server = createServer(async (request, response) => {
    const one = await read(request);
    heard.push(one);
    const script = scripts.get(one.operation) ?? good[one.operation];
    if (script === undefined) say(response, `<d:${one.operation}Response/>`);
    else script(response, one);
    for (const listener of listeners.splice(0)) listener();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}/onvif/device_service`,
    heard,
    count,
    notify: (...notifications) => {
      queue.push(...notifications);
      waiting?.();
    },
    script: (operation, script) =>
      void (script === undefined ? scripts.delete(operation) : scripts.set(operation, script)),
    heardOf: async (operation, times) => {
      while (count(operation) < times) await new Promise<void>((resolve) => listeners.push(resolve));
    },
    stop: async () => {
      listeners = [];
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function read(request: IncomingMessage): Promise<Heard> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  const operation = /<(?:[\w-]+:)?Body[^>]*>\s*<(?:[\w-]+:)?(\w+)/.exec(text)?.[1] ?? request.method ?? '';
  return { operation, path: request.url ?? '', text, authorization: request.headers.authorization };
}

export const lifetime = (now: string, until: string, seconds = 4): string =>
  `<${now}:CurrentTime>${new Date().toISOString()}</${now}:CurrentTime><${until}:TerminationTime>${new Date(Date.now() + seconds * 1_000).toISOString()}</${until}:TerminationTime>`;

/** Names a host of its own, as cameras behind address translation do: nobody may go there. */
export const created = (seconds?: number): string =>
  `<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference><wsa:Address>http://203.0.113.9:81/onvif/Subscription?Idx=7&amp;x=1</wsa:Address><wsa:ReferenceParameters><dom0:SubscriptionId xmlns:dom0="http://www.axis.com/2009/event">a&amp;b</dom0:SubscriptionId><Slot xmlns="urn:other">7</Slot></wsa:ReferenceParameters></tev:SubscriptionReference>${lifetime('wsnt', 'wsnt', seconds)}</tev:CreatePullPointSubscriptionResponse>`;

const services = (): string =>
  `<d:GetServicesResponse>${['device', 'events'].map((name) => `<d:Service><d:Namespace>http://www.onvif.org/ver10/${name}/wsdl</d:Namespace><d:XAddr>http://203.0.113.9/onvif/${name}_service</d:XAddr></d:Service>`).join('')}</d:GetServicesResponse>`;

export function systemDate(at = new Date()): string {
  const date = `<t:Date><t:Year>${at.getUTCFullYear()}</t:Year><t:Month>${at.getUTCMonth() + 1}</t:Month><t:Day>${at.getUTCDate()}</t:Day></t:Date>`;
  const time = `<t:Time><t:Hour>${at.getUTCHours()}</t:Hour><t:Minute>${at.getUTCMinutes()}</t:Minute><t:Second>${at.getUTCSeconds()}</t:Second></t:Time>`;
  return `<d:GetSystemDateAndTimeResponse><d:SystemDateAndTime><t:UTCDateTime>${time}${date}</t:UTCDateTime></d:SystemDateAndTime></d:GetSystemDateAndTimeResponse>`;
}
