import { z } from 'zod';

/** A request that the gateway answered with an error, in its own words. */
export class Refused extends Error {
  readonly status: number;
  constructor(method: string, path: string, status: number, text: string) {
    super(`${method} ${path} was answered ${status}: ${text.slice(0, 400)}`);
    this.name = 'Refused';
    this.status = status;
  }
}

const REQUEST_TIMEOUT_MS = 15_000;
const Session = z.object({ token: z.string() });

/** What an outsider sees of an alarm; the contract's `Alarm` has more. */
export const SeenAlarm = z.object({
  id: z.string(),
  type: z.string(),
  severity: z.int(),
  state: z.string(),
  device: z.string(),
  title: z.object({ zh: z.string(), en: z.string() }),
  occurredAt: z.string(),
  cameras: z.array(z.string()),
  version: z.int(),
});
export type SeenAlarm = z.infer<typeof SeenAlarm>;

const ArchivedPoints = z.object({
  items: z.array(z.object({ measurement: z.string(), time: z.string(), tags: z.unknown(), fields: z.unknown() })),
});
export type ArchivedPoint = z.infer<typeof ArchivedPoints>['items'][number];

const Sources = z.object({ sources: z.array(z.object({ protocol: z.string(), url: z.string(), codec: z.string() })) });

/** The gateway as one signed-in person reaches it. */
export class Api {
  readonly address: string;
  readonly token: string;

  private constructor(address: string, token: string) {
    this.address = address;
    this.token = token;
  }

  /** Throws Refused on a wrong name or password. */
  static async signIn(address: string, username: string, password: string): Promise<Api> {
    const answer = await request(address, undefined, 'POST', '/session', { username, password });
    return new Api(address, Session.parse(answer).token);
  }

  send = (method: string, path: string, body?: unknown): Promise<unknown> =>
    request(this.address, this.token, method, path, body);

  async acknowledge({ id, version }: SeenAlarm, note: string): Promise<SeenAlarm> {
    return SeenAlarm.parse(await this.send('POST', `/alarms/${id}/acknowledge`, { version, note }));
  }

  async archivedPoints(alarm: string): Promise<readonly ArchivedPoint[]> {
    return ArchivedPoints.parse(await this.send('GET', `/alarms/${alarm}/archive`)).items;
  }

  /** The WS-FLV address of a camera, whole; undefined where it offers none. */
  async pictureUrl(camera: string): Promise<string | undefined> {
    const path = `/cameras/${encodeURIComponent(camera)}/live?quality=main,sub`;
    const { sources } = Sources.parse(await this.send('GET', path));
    const source = sources.find(({ protocol }) => protocol === 'ws-flv');
    if (source === undefined) return undefined;
    const url = new URL(source.url, this.address);
    url.protocol = url.protocol.replace('http', 'ws');
    return url.href;
  }
}

async function request(
  address: string,
  token: string | undefined,
  method: string,
  path: string,
  body: unknown,
): Promise<unknown> {
  const response = await fetch(`${address}/api/v1${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  const text = await response.text();
  if (!response.ok) throw new Refused(method, path, response.status, text);
  return text === '' ? undefined : JSON.parse(text);
}
