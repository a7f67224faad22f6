import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { type CityByHand, runCameras, runCity, runDevice } from './by-hand.ts';
import { startCamera } from './camera/camera.ts';
import { SCENES } from './camera/picture/scenes.ts';
import { TROUBLE_WORDS } from './cameras/troubles.ts';
import { FAMILIES } from './device.ts';
import { startFleet } from './fleet.ts';
import { playScenario } from './play.ts';
import { SCENARIOS } from './scenarios/all.ts';

/** Before anything is said, the records go to the gateway's registry. */
const REGISTER = '[--register http://127.0.0.1:8080 (FENGSUI_ADMIN_PASSWORD)]';
const USAGE = `用法 / usage:
  node simulators/main.ts camera [--id cam-1] [--name 名称] [--scene ${SCENES.map(({ name }) => name).join('|')}]
       [--host 127.0.0.1] [--port 8000] [--rtsp-port 8554] [--username operator] [--password …] [--rtsp-only] [--microphone]
  node simulators/main.ts cameras [--count 500] [--h265 0.5] [--host 127.0.0.1] [--rtsp-port 20000]
       [--username operator] [--password …] [--trouble loss=0.1@1-50 --trouble silent=30,missing=rtpmap@77 …]
       ${TROUBLE_WORDS}
       一路也可写在地址后 / or for one session behind its address: rtsp://…/sub?trouble=drop=10
  node simulators/main.ts fleet --mqtt mqtt://127.0.0.1:1883 [--username operator] [--password …]
       [--play ${SCENARIOS.map(({ name }) => name).join('|')}|all] [--speed 1]
  node simulators/main.ts device --family ${FAMILIES.join('|')}
       --to mqtt://127.0.0.1:1883 | http://127.0.0.1:8080 | tcp://127.0.0.1:9808 | sip:127.0.0.1:5060
       [--id 其协议中的名字 / its own name] [--every 10] [--malformed] [--secret …] [--mqtt-username …] ${REGISTER}
       isapi、dahua、fence-host 由网关来取：--to 是它自己的地址，如 http://127.0.0.1:8081、tcp://127.0.0.1:5020
       / are called by the gateway: --to is where they stand
  node simulators/main.ts city --mqtt mqtt://127.0.0.1:1883 [--scale 0.01] [--seed 1] [--for 600] [--speed 1]
       [--signals …] [--incidents 20] [--connections 20] [--mqtt-username … --secret …] ${REGISTER}
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    id: { type: 'string' },
    name: { type: 'string', default: '模拟摄像机' },
    scene: { type: 'string', default: 'railway' },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
    'rtsp-port': { type: 'string', default: '0' },
    count: { type: 'string', default: '500' },
    h265: { type: 'string', default: '0.5' },
    trouble: { type: 'string', multiple: true, default: [] },
    'rtsp-only': { type: 'boolean', default: false },
    microphone: { type: 'boolean', default: false },
    username: { type: 'string', default: 'operator' },
    password: { type: 'string', default: randomBytes(9).toString('base64url') },
    mqtt: { type: 'string' },
    play: { type: 'string' },
    speed: { type: 'string', default: '1' },
    family: { type: 'string' },
    to: { type: 'string' },
    every: { type: 'string', default: '10' },
    malformed: { type: 'boolean', default: false },
    secret: { type: 'string' },
    'mqtt-username': { type: 'string' },
    register: { type: 'string' },
    scale: { type: 'string', default: '0.01' },
    seed: { type: 'string', default: '1' },
    for: { type: 'string', default: '600' },
    signals: { type: 'string' },
    incidents: { type: 'string', default: '20' },
    connections: { type: 'string', default: '20' },
  },
});

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

async function runCamera(): Promise<() => Promise<void>> {
  const scene = SCENES.findIndex(({ name }) => name === values.scene);
  if (scene < 0) throw new Error(`there is no scene '${values.scene}'`);
  const { id = 'cam-1', name, host, username, password } = values;
  const camera = await startCamera({
    ...{ id, name, host, username, password, scene },
    onvifPort: Number(values.port),
    rtspPort: Number(values['rtsp-port']),
    rtspOnly: values['rtsp-only'],
    hasMicrophone: values.microphone,
  });
  if (!values['rtsp-only']) say(`ONVIF  ${camera.onvifUrl}`);
  say(`RTSP   ${camera.rtspUrl('main')}\n       ${camera.rtspUrl('sub')}`);
  say(`登录 / sign-in  ${username}  ${password}`);
  return camera.stop;
}

async function runFleet(mqttUrl: string, stopped: AbortSignal): Promise<() => Promise<void>> {
  const { username, password } = values;
  const fleet = await startFleet({ mqttUrl, username, password });
  for (const { id, name, connection } of fleet.records) say(`${id}  ${name}  ${connection?.url ?? mqttUrl}`);
  say(`摄像机登录 / cameras' sign-in  ${username}  ${password}`);
  const stories = SCENARIOS.filter(({ name }) => values.play === 'all' || values.play === name);
  for (const story of stories) {
    if (stopped.aborted) break;
    say(`▶ ${story.title.zh} / ${story.title.en}`);
    await playScenario(story, fleet, { signal: stopped, speed: Number(values.speed) });
  }
  return fleet.stop;
}

const registering = { api: values.register, password: process.env['FENGSUI_ADMIN_PASSWORD'] ?? '' };

/** Its name, secret and sign-in, as far as they were given. */
const given = () => ({
  ...(values.id === undefined ? {} : { name: values.id }),
  ...(values.secret === undefined ? {} : { secret: values.secret }),
  ...(values['mqtt-username'] === undefined ? {} : { username: values['mqtt-username'] }),
});

function cityByHand(mqttUrl: string): CityByHand {
  const { secret, username } = given();
  return {
    ...{ mqttUrl, registering, scale: Number(values.scale), seed: Number(values.seed), forS: Number(values.for) },
    ...{ speed: Number(values.speed), connections: Number(values.connections), incidents: Number(values.incidents) },
    ...(values.signals === undefined ? {} : { signals: Number(values.signals) }),
    ...(username === undefined ? {} : { username, password: secret ?? '' }),
  };
}

async function main(): Promise<void> {
  const stopping = new AbortController();
  const stopped = once(stopping.signal, 'abort');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  const [what] = positionals;
  if (what === 'camera') {
    const stop = await runCamera();
    await stopped;
    await stop();
  } else if (what === 'cameras') {
    const { count, h265, host, 'rtsp-port': port, username, password, trouble } = values;
    const wish = {
      count: Number(count),
      h265: Number(h265),
      port: Number(port),
      ...{ host, username, password, trouble },
    };
    const stop = await runCameras(wish, say);
    await stopped;
    await stop();
  } else if (what === 'fleet' && values.mqtt !== undefined) {
    const stop = await runFleet(values.mqtt, stopping.signal);
    await stopped;
    await stop();
  } else if (what === 'device' && values.family !== undefined && values.to !== undefined) {
    const { family, to, every, malformed: isMalformed } = values;
    await runDevice({ family, to, everyS: Number(every), isMalformed, registering, ...given() }, stopping.signal, say);
  } else if (what === 'city' && values.mqtt !== undefined) {
    await runCity(cityByHand(values.mqtt), stopping.signal, say);
  } else {
    process.stderr.write(USAGE);
    process.exitCode = 2;
  }
}

await main();
