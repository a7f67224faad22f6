import { createServer, type ServerResponse } from 'node:http';

/*
 * Many cameras in one process, each at an address of its own in 127.0.0.0/8 and all on one port: as little of a camera
 * as a pull-point needs, so that what is measured is the other end. Told by messages, each answered by one of its name:
 *   counts → {points, pulls, mostOfOne}: pull-points that live, pulls so far, the most requests that one address had
 *     since the last `reboot` or `forget`
 *   forget → {}: begins to count requests anew
 *   raise {count} → {at}: an event on so many cameras, 100 in a second, each with its moment
 *   reboot → {at}: all lose their power: every connection and every subscription ends
 */
const ENVELOPE =
  '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:tev="http://www.onvif.org/ver10/events/wsdl" xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:wsa="http://www.w3.org/2005/08/addressing" xmlns:tns1="http://www.onvif.org/ver10/topics"><e:Body>';
const END = '</e:Body></e:Envelope>';
const LIFETIME_MS = 120_000;
/** 100 events in a second. */
const [EVENTS_A_TURN, TURN_MS] = [2, 20];

type Point = { waiting: ServerResponse | undefined; timer: NodeJS.Timeout | undefined };
const points = new Map<string, Point>();
const requests = new Map<string, number>();
let pulls = 0;

const iso = (at: number): string => new Date(at).toISOString();
const say = (response: ServerResponse, body: string): void => {
  response.writeHead(200, { 'Content-Type': 'application/soap+xml; charset=utf-8' }).end(ENVELOPE + body + END);
};
const times = (prefix: string): string =>
  `<${prefix}:CurrentTime>${iso(Date.now())}</${prefix}:CurrentTime><${prefix}:TerminationTime>${iso(Date.now() + LIFETIME_MS)}</${prefix}:TerminationTime>`;
const service = (name: string): string =>
  `<tds:Service><tds:Namespace>http://www.onvif.org/ver10/${name}/wsdl</tds:Namespace><tds:XAddr>http://127.0.0.1/onvif/${name}</tds:XAddr></tds:Service>`;

function systemDate(): string {
  const at = new Date();
  const time = `<tt:Time><tt:Hour>${at.getUTCHours()}</tt:Hour><tt:Minute>${at.getUTCMinutes()}</tt:Minute><tt:Second>${at.getUTCSeconds()}</tt:Second></tt:Time>`;
  const date = `<tt:Date><tt:Year>${at.getUTCFullYear()}</tt:Year><tt:Month>${at.getUTCMonth() + 1}</tt:Month><tt:Day>${at.getUTCDate()}</tt:Day></tt:Date>`;
  return `<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:UTCDateTime>${time}${date}</tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>`;
}

const crossed = (at: number): string =>
  `<wsnt:NotificationMessage><wsnt:Topic>tns1:RuleEngine/LineDetector/Crossed</wsnt:Topic><wsnt:Message><tt:Message UtcTime="${iso(at)}"><tt:Source><tt:SimpleItem Name="Rule" Value="line"/></tt:Source><tt:Data><tt:SimpleItem Name="ObjectId" Value="${at}"/></tt:Data></tt:Message></wsnt:Message></wsnt:NotificationMessage>`;

function pull(id: string, text: string, response: ServerResponse): void {
  const point = points.get(id);
  if (point === undefined) {
    response.statusCode = 400;
    response.end(
      `${ENVELOPE}<e:Fault><e:Code><e:Value>e:Sender</e:Value><e:Subcode><e:Value>wsrf:ResourceUnknownFault</e:Value></e:Subcode></e:Code></e:Fault>${END}`,
    );
    return;
  }
  pulls += 1;
  const seconds = Number(/Timeout>PT([\d.]+)S</.exec(text)?.[1] ?? 1);
  point.waiting = response;
  clearTimeout(point.timer);
  point.timer = setTimeout(() => answerPull(point, ''), seconds * 1_000);
}

function answerPull(point: Point, messages: string): void {
  clearTimeout(point.timer);
  const response = point.waiting;
  point.waiting = undefined;
  if (response !== undefined)
    say(response, `<tev:PullMessagesResponse>${times('tev')}${messages}</tev:PullMessagesResponse>`);
}

const OPERATION = /<s:Body><(?:\w+:)?(\w+)/;
const ANSWERS: Readonly<Record<string, (id: string) => string>> = {
  GetSystemDateAndTime: systemDate,
  GetServices: () => `<tds:GetServicesResponse>${service('device')}${service('events')}</tds:GetServicesResponse>`,
  CreatePullPointSubscription: (id) => {
    points.set(id, { waiting: undefined, timer: undefined });
    return `<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference><wsa:Address>http://127.0.0.1/onvif/point</wsa:Address></tev:SubscriptionReference>${times('wsnt')}</tev:CreatePullPointSubscriptionResponse>`;
  },
  Renew: () => `<wsnt:RenewResponse>${times('wsnt')}</wsnt:RenewResponse>`,
  Unsubscribe: (id) => {
    forgetPoint(id);
    return '<wsnt:UnsubscribeResponse/>';
  },
};

function serve(id: string, text: string, response: ServerResponse): void {
  const operation = OPERATION.exec(text)?.[1] ?? '';
  if (operation === 'PullMessages') pull(id, text, response);
  else say(response, ANSWERS[operation]?.(id) ?? `<tds:${operation}Response/>`);
}

function forgetPoint(id: string): void {
  const point = points.get(id);
  clearTimeout(point?.timer);
  points.delete(id);
}

const server = createServer(
  { requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 300_000 },
  (request, response) => {
    const id = request.socket.localAddress ?? '';
    requests.set(id, (requests.get(id) ?? 0) + 1);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => serve(id, Buffer.concat(chunks).toString('utf8'), response));
  },
);
server.listen(0, '0.0.0.0', 16_384, () => {
  const address = server.address();
  process.send?.(['ready', address !== null && typeof address === 'object' ? address.port : 0]);
});

/** Spread over the cameras and over time: what is measured is one event's way, not a queue. */
function raise(count: number): { at: number } {
  const cameras = [...points.values()];
  let left = count;
  const timer = setInterval(() => {
    for (let turn = 0; turn < EVENTS_A_TURN && left > 0; turn += 1) {
      const point = cameras.shift();
      if (point === undefined) continue;
      if (point.waiting === undefined) {
        cameras.push(point); // between two pulls: its turn comes again
        continue;
      }
      left -= 1;
      answerPull(point, crossed(Date.now()));
    }
    if (left === 0) clearInterval(timer);
  }, TURN_MS);
  return { at: Date.now() };
}

process.on('message', (message) => {
  if (!Array.isArray(message)) return;
  const [name, value] = message;
  const answers: Readonly<Record<string, () => unknown>> = {
    counts: () => ({ points: points.size, pulls, mostOfOne: Math.max(0, ...requests.values()) }),
    forget: () => requests.clear(),
    raise: () => raise(Number(value)),
    reboot: () => {
      for (const id of points.keys()) forgetPoint(id);
      requests.clear();
      server.closeAllConnections();
      return { at: Date.now() };
    },
  };
  process.send?.([name, answers[name]?.() ?? {}]);
});
