import { createHash } from 'node:crypto';
import { request } from 'node:http';
import onvif from 'onvif';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type CameraOptions, type SimulatedCamera, startCamera } from '../../../simulators/camera/camera.ts';
import { view, withCredentials } from '../../parts/ffmpeg-viewer.ts';
import { postSoap, postText, usernameToken as tokenOf } from '../../parts/plain-soap.ts';

const credentials = { username: 'operator', password: 'geheim' };
type Library = InstanceType<typeof onvif.Cam>;
type Answer = (error: Error | null, value?: unknown) => void;

let camera: SimulatedCamera;
const others: SimulatedCamera[] = [];
beforeAll(async () => {
  camera = await startCamera({ id: 'cam-1', name: '沪昆线 K812+150 下行', scene: 0, ...credentials });
});
afterEach(async () => {
  for (const other of others.splice(0)) await other.stop();
});
afterAll(() => camera.stop());

async function another(options: Partial<CameraOptions>): Promise<SimulatedCamera> {
  const other = await startCamera({ id: 'cam-2', name: '灵泉街道', scene: 0, ...credentials, ...options });
  others.push(other);
  return other;
}

/** The onvif package, an independent client, signed in at the camera. */
function signIn({ onvifUrl }: SimulatedCamera, password = credentials.password): Promise<Library> {
  const { hostname, port } = new URL(onvifUrl);
  return new Promise((resolve, reject) => {
    const library: Library = new onvif.Cam(
      { hostname, port: Number(port), username: credentials.username, password },
      (error: Error | null) => (error === null || error === undefined ? resolve(library) : reject(error)),
    );
  });
}

const ask = (start: (done: Answer) => void): Promise<unknown> =>
  new Promise((resolve, reject) => start((error, value) => (error ? reject(error) : resolve(value))));

const usernameToken = (other: Readonly<{ at?: number }> = {}): string => tokenOf({ ...credentials, ...other });
const post = (url: string, body: string, token = usernameToken()) => postSoap(url, body, token);

/** The left half of the banner's second line, where the PTZ position stands, as ffmpeg decodes it. */
async function numbersInPicture(from: SimulatedCamera): Promise<Buffer> {
  const url = withCredentials(from.rtspUrl('sub'), credentials.username, credentials.password);
  const args = ['-i', url, '-frames:v', '1', '-vf', 'crop=320:16:0:16', '-f', 'rawvideo', '-pix_fmt', 'gray', '-'];
  const { output } = await view('ffmpeg', args);
  expect(output).toHaveLength(320 * 16);
  return output;
}

const INFORMATION = '<GetDeviceInformation xmlns="http://www.onvif.org/ver10/device/wsdl"/>';
const TEV = 'xmlns="http://www.onvif.org/ver10/events/wsdl"';
const CREATE = `<CreatePullPointSubscription ${TEV}/>`;
const pull = (timeout: string): string =>
  `<PullMessages ${TEV}><Timeout>${timeout}</Timeout><MessageLimit>20</MessageLimit></PullMessages>`;
const renew = `<Renew xmlns="http://docs.oasis-open.org/wsn/b-2"><TerminationTime>PT30S</TerminationTime></Renew>`;
const eventsOf = ({ onvifUrl }: SimulatedCamera): string => onvifUrl.replace('device_service', 'event_service');

async function subscribe(to: SimulatedCamera, body = CREATE): Promise<string> {
  const { text } = await post(eventsOf(to), body);
  const address = /<wsa:Address>([^<]+)</.exec(text)?.[1];
  if (address === undefined) throw new Error(text);
  return address;
}

describe('a simulated camera over ONVIF, asked by the onvif package', () => {
  it('tells its services, profiles, streams and snapshot', async () => {
    const library = await signIn(camera);
    expect(await ask((done) => library.getDeviceInformation(done))).toMatchObject({ serialNumber: 'cam-1' });
    expect(await ask((done) => library.getProfiles(done))).toMatchObject([
      {
        $: { token: 'main' },
        videoEncoderConfiguration: { encoding: 'H264', resolution: { width: 1280, height: 720 } },
      },
      { $: { token: 'sub' }, videoEncoderConfiguration: { encoding: 'H264', resolution: { width: 640, height: 360 } } },
    ]);
    expect(await ask((done) => library.getStreamUri({ protocol: 'RTSP', profileToken: 'sub' }, done))).toMatchObject({
      uri: camera.rtspUrl('sub'),
    });
    expect(await ask((done) => library.getSnapshotUri({ profileToken: 'main' }, done))).toMatchObject({
      uri: camera.onvifUrl.replace('device_service', 'snapshot/main'),
    });
    expect(await ask((done) => library.getCapabilities(done))).toHaveProperty('PTZ');
    expect(await ask((done) => library.getNodes(done))).toHaveProperty('ptz-node');
  });

  it('moves, stops where it is told to, and goes to a preset', async () => {
    const library = await signIn(camera);
    await ask((done) => library.absoluteMove({ x: 0.1, y: -0.1, zoom: 0.2 }, done));
    await vi.waitFor(() => expect(camera.ptzPosition()).toEqual({ pan: 0.1, tilt: -0.1, zoom: 0.2 }), 5000);
    await ask((done) => library.setPreset({ presetName: '道口' }, done));
    await ask((done) => library.continuousMove({ x: 1, y: 0, zoom: 0 }, done));
    await vi.waitFor(() => expect(camera.ptzPosition().pan).toBeGreaterThan(0.2), 5000);
    await ask((done) => library.stop({}, done));
    const stoppedAt = camera.ptzPosition();
    expect(await ask((done) => library.getStatus({}, done))).toMatchObject({
      position: { x: stoppedAt.pan, y: -0.1, zoom: 0.2 },
      moveStatus: { panTilt: 'IDLE' },
    });
    await ask((done) => library.gotoPreset({ preset: '1' }, done));
    await vi.waitFor(() => expect(camera.ptzPosition().pan).toBe(0.1), 5000);
  });

  it('shows its position in the picture: the numbers change when it moves, and only then', async () => {
    const other = await another({});
    const [still, again] = [await numbersInPicture(other), await numbersInPicture(other)];
    expect(again.equals(still)).toBe(true);
    const library = await signIn(other);
    await ask((done) => library.absoluteMove({ x: 0.05, y: 0, zoom: 0 }, done));
    await vi.waitFor(() => expect(other.ptzPosition().pan).toBe(0.05), 5000);
    expect((await numbersInPicture(other)).equals(still)).toBe(false);
  });

  it('delivers events to its pull-point: the present state first, then what happens', async () => {
    const library = await signIn(camera);
    const seen: unknown[] = [];
    library.on('event', (message: unknown) => seen.push(message));
    await vi.waitFor(() => expect(seen).toHaveLength(6), 5000);
    expect(seen).toContainEqual(event('tns1:VideoSource/MotionAlarm', 'Initialized'));
    expect(camera.raise('RuleEngine/LineDetector/Crossed', { data: { ObjectId: 7 } })).toBe(1);
    await vi.waitFor(() => expect(seen).toHaveLength(7), 5000);
    expect(seen[6]).toMatchObject({
      topic: { _: 'tns1:RuleEngine/LineDetector/Crossed' },
      message: { message: { data: { simpleItem: { $: { Name: 'ObjectId', Value: 7 } } } } },
    });
    library.removeAllListeners('event');
  });

  it('refuses a wrong password with ter:NotAuthorized', async () => {
    const wrong = await signIn(camera);
    wrong.password = 'guess';
    await expect(ask((done) => wrong.getDeviceInformation(done))).rejects.toThrow(/not authorized/i);
  });
});

const event = (topic: string, operation: string): unknown =>
  expect.objectContaining({
    topic: expect.objectContaining({ _: topic }),
    message: { message: expect.objectContaining({ $: expect.objectContaining({ PropertyOperation: operation }) }) },
  });

describe('its authentication', () => {
  it('tells the time to anybody, and asks for Digest where a request is not signed', async () => {
    const time = '<GetSystemDateAndTime xmlns="http://www.onvif.org/ver10/device/wsdl"/>';
    expect((await post(camera.onvifUrl, time, '')).status).toBe(200);
    expect((await post(camera.onvifUrl, INFORMATION, '')).status).toBe(401);
  });

  it('refuses a replayed token and one of another time', async () => {
    const token = usernameToken();
    expect((await post(camera.onvifUrl, INFORMATION, token)).status).toBe(200);
    expect(await post(camera.onvifUrl, INFORMATION, token)).toMatchObject({
      status: 400,
      text: expect.stringContaining('ter:NotAuthorized'),
    });
    const old = usernameToken({ at: Date.now() - 6 * 60_000 });
    expect((await post(camera.onvifUrl, INFORMATION, old)).status).toBe(400);
  });

  it('hands out a snapshot in JPEG by HTTP digest', async () => {
    const url = new URL(camera.onvifUrl.replace('device_service', 'snapshot/sub'));
    const asked = await fetch(url);
    expect(asked.status).toBe(401);
    const authorization = digestAnswer(asked.headers.get('www-authenticate') ?? '', url.pathname);
    const jpeg = await new Promise<Buffer>((resolve, reject) => {
      request(url, { headers: { authorization } }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks)));
      })
        .on('error', reject)
        .end();
    });
    expect(jpeg.subarray(0, 3).toString('hex')).toBe('ffd8ff');
    expect(jpeg.length).toBeGreaterThan(5000);
  });
});

function digestAnswer(challenge: string, uri: string): string {
  const [realm, nonce] = ['realm', 'nonce'].map((name) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1]);
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  const secret = md5(`${credentials.username}:${realm}:${credentials.password}`);
  const response = md5(`${secret}:${nonce}:00000001:abc:auth:${md5(`GET:${uri}`)}`);
  return `Digest username="operator", realm="${realm}", nonce="${nonce}", uri="${uri}", qop=auth, nc=00000001, cnonce="abc", response="${response}"`;
}

describe('its subscriptions', () => {
  it('answers a waiting pull as soon as something happens, and filters by topic', async () => {
    const other = await another({});
    const filter = `<Filter><TopicExpression xmlns="http://docs.oasis-open.org/wsn/b-2" Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">tns1:Device//.</TopicExpression></Filter>`;
    const address = await subscribe(
      other,
      `<CreatePullPointSubscription ${TEV}>${filter}</CreatePullPointSubscription>`,
    );
    expect((await post(address, pull('PT1S'))).text.match(/<wsnt:Topic /g)).toHaveLength(2);
    const waiting = post(address, pull('PT30S'));
    expect(other.setProperty('VideoSource/MotionAlarm', { data: { State: true } })).toBe(0);
    other.setProperty('Device/Trigger/DigitalInput', { data: { LogicalState: true } });
    expect((await waiting).text).toMatch(/PropertyOperation="Changed".*Name="LogicalState" Value="true"/);
    expect(other.setProperty('Device/Trigger/DigitalInput', { data: { LogicalState: true } })).toBe(0);
  });

  it('lives as long as it is renewed, ends by itself, and is gone when given back', async () => {
    const other = await another({});
    const address = await subscribe(other);
    expect((await post(address, renew)).status).toBe(200);
    const short = '<InitialTerminationTime>PT0.3S</InitialTerminationTime>';
    const brief = await subscribe(other, `<CreatePullPointSubscription ${TEV}>${short}</CreatePullPointSubscription>`);
    expect(other.subscriptions()).toBe(2);
    await vi.waitFor(() => expect(other.subscriptions()).toBe(1), 3000);
    expect((await post(brief, pull('PT1S'))).text).toContain('ResourceUnknownFault');
    await post(address, '<Unsubscribe xmlns="http://docs.oasis-open.org/wsn/b-2"/>');
    expect(other.subscriptions()).toBe(0);
  });

  it('does not survive a reboot', async () => {
    const other = await another({});
    const [url, address] = [other.onvifUrl, await subscribe(other)];
    const waiting = post(address, pull('PT30S'));
    const broken = expect(waiting).rejects.toThrow();
    await other.reboot();
    await broken;
    expect([other.onvifUrl, other.subscriptions()]).toEqual([url, 0]);
    expect((await post(address, pull('PT1S'))).status).toBe(400);
  });
});

describe('its quirks', () => {
  it('refuses subscriptions', async () => {
    const other = await another({ quirks: { refuseSubscriptions: true } });
    expect((await post(eventsOf(other), CREATE)).text).toContain('ter:BlockedThreadUpperLimit');
  });

  it('cannot renew, and lives on by being pulled', async () => {
    const address = await subscribe(await another({ quirks: { renewUnsupported: true } }));
    expect((await post(address, renew)).text).toContain('ter:ActionNotSupported');
    expect((await post(address, pull('PT1S'))).status).toBe(200);
  });

  it('drops a waiting pull', async () => {
    const address = await subscribe(await another({ quirks: { dropPullAfterMs: 100 } }));
    await post(address, pull('PT1S')); // the present state waits already
    await expect(post(address, pull('PT20S'))).rejects.toThrow();
  });

  it('has a clock of its own', async () => {
    const other = await another({ quirks: { clockOffsetMs: -86_400_000 } });
    expect((await post(other.onvifUrl, INFORMATION)).status).toBe(400);
    const yesterday = usernameToken({ at: Date.now() - 86_400_000 });
    expect((await post(other.onvifUrl, INFORMATION, yesterday)).status).toBe(200);
  });
});

describe('what it refuses', () => {
  it.each([
    ['an unknown operation', '<GetNothing xmlns="http://www.onvif.org/ver10/device/wsdl"/>', 'ter:ActionNotSupported'],
    [
      'an operation of another service',
      '<GetProfiles xmlns="http://www.onvif.org/ver10/media/wsdl"/>',
      'ter:ActionNotSupported',
    ],
    ['text that is not XML', '<GetNothing', 'ter:WellFormed'],
  ])('answers %s with a fault', async (_, body, fault) => {
    expect((await post(camera.onvifUrl, body)).text).toContain(fault);
  });

  it('answers a document type with a fault', async () => {
    expect(await postText(camera.onvifUrl, '<!DOCTYPE a [<!ENTITY b "c">]><a/>')).toMatchObject({
      status: 400,
      text: expect.stringContaining('ter:WellFormed'),
    });
  });
});
