import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { startCamera } from './camera/camera.ts';
import { SCENES } from './camera/picture/scenes.ts';
import { startFleet } from './fleet.ts';
import { playScenario } from './play.ts';
import { SCENARIOS } from './scenarios/all.ts';

const USAGE = `用法 / usage:
  node simulators/main.ts camera [--id cam-1] [--name 名称] [--scene ${SCENES.map(({ name }) => name).join('|')}]
       [--host 127.0.0.1] [--port 8000] [--rtsp-port 8554] [--username operator] [--password …] [--rtsp-only]
  node simulators/main.ts fleet --mqtt mqtt://127.0.0.1:1883 [--username operator] [--password …]
       [--play ${SCENARIOS.map(({ name }) => name).join('|')}|all] [--speed 1]
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    id: { type: 'string', default: 'cam-1' },
    name: { type: 'string', default: '模拟摄像机' },
    scene: { type: 'string', default: 'railway' },
    host: { type: 'string', default: '127.0.0.1' },
    port: { type: 'string', default: '0' },
    'rtsp-port': { type: 'string', default: '0' },
    'rtsp-only': { type: 'boolean', default: false },
    username: { type: 'string', default: 'operator' },
    password: { type: 'string', default: randomBytes(9).toString('base64url') },
    mqtt: { type: 'string' },
    play: { type: 'string' },
    speed: { type: 'string', default: '1' },
  },
});

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

async function runCamera(): Promise<() => Promise<void>> {
  const scene = SCENES.findIndex(({ name }) => name === values.scene);
  if (scene < 0) throw new Error(`there is no scene '${values.scene}'`);
  const { id, name, host, username, password } = values;
  const camera = await startCamera({
    ...{ id, name, host, username, password, scene },
    onvifPort: Number(values.port),
    rtspPort: Number(values['rtsp-port']),
    rtspOnly: values['rtsp-only'],
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

async function main(): Promise<void> {
  const stopping = new AbortController();
  const stopped = once(stopping.signal, 'abort');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  const [what] = positionals;
  if (what === 'camera') {
    const stop = await runCamera();
    await stopped;
    await stop();
  } else if (what === 'fleet' && values.mqtt !== undefined) {
    const stop = await runFleet(values.mqtt, stopping.signal);
    await stopped;
    await stop();
  } else {
    process.stderr.write(USAGE);
    process.exitCode = 2;
  }
}

await main();
