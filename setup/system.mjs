import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runCommand } from './run-command.mjs';
import { CannotSetUp, say } from './say.mjs';

/** What a task may need of the system: how to see that it is there, and Debian's package of it. */
const PARTS = {
  ffmpeg: { packages: ['ffmpeg'], isThere: hasProgram('ffmpeg') },
  /** The voice of loudspeakers (喊话). */
  speech: { packages: ['espeak-ng'], isThere: hasProgram('espeak-ng') },
  mosquitto: { packages: ['mosquitto'], isThere: hasProgram('mosquitto') },
  victoriaMetrics: { packages: ['victoria-metrics'], isThere: hasProgram('victoria-metrics') },
  influxdb: { packages: ['influxdb'], isThere: hasProgram('influxd') },
  chromium: { packages: ['chromium'], isThere: hasProgram('chromium') },
  rtspServer: {
    packages: [
      'gir1.2-gst-rtsp-server-1.0',
      'gstreamer1.0-plugins-base',
      'gstreamer1.0-plugins-good',
      'gstreamer1.0-plugins-bad',
      'python3-gi',
    ],
    isThere: hasRtspServer,
  },
  chineseFont: { packages: ['fonts-noto-cjk'], isThere: hasChineseFont },
};

/** @typedef {keyof typeof PARTS} SystemPart */

/** Installs what is missing by apt-get. @param {readonly SystemPart[]} wanted @param {NodeJS.ProcessEnv} env */
export async function readySystem(wanted, env) {
  const missing = wanted.map((part) => PARTS[part]).filter(({ isThere }) => !isThere(env));
  if (missing.length === 0) return;
  const packages = missing.flatMap((part) => part.packages);
  const names = packages.join(' ');
  say(`正在用 apt-get 安装 ${names}`, `installing ${names} by apt-get`);
  const asRoot = rootPrefix(env);
  if (asRoot === undefined || !hasProgram('apt-get')(env)) throw cannot(names);
  const quiet = { cwd: '/', env: { ...env, DEBIAN_FRONTEND: 'noninteractive' }, quiet: true };
  const apt = (/** @type {string[]} */ ...args) => {
    const [program = 'apt-get', ...rest] = [...asRoot, 'apt-get', ...args];
    return runCommand(program, rest, quiet);
  };
  await apt('update', '-qq');
  await apt('install', '-y', '-qq', '--no-install-recommends', ...packages);
  if (missing.some(({ isThere }) => !isThere(env))) throw cannot(names);
}

/** @param {string} names */
const cannot = (names) => new CannotSetUp(`请先安装：${names}`, `please install first: ${names} (apt-get could not)`);

/** How root is reached without a question; undefined where it is not. @param {NodeJS.ProcessEnv} env */
function rootPrefix(env) {
  if (process.getuid?.() === 0) return [];
  const isAllowed = hasProgram('sudo')(env) && spawnSync('sudo', ['-n', 'true'], { env }).status === 0;
  return isAllowed ? ['sudo', '-n'] : undefined;
}

/** @param {string} name @returns {(env: NodeJS.ProcessEnv) => boolean} */
function hasProgram(name) {
  return (env) => (env['PATH'] ?? '').split(delimiter).some((folder) => folder !== '' && isProgram(join(folder, name)));
}

/** @param {string} file */
function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false; // the answer, not a fault
  }
}

/** GStreamer's RTSP server for Python: an independent source of video in the tests. */
function hasRtspServer() {
  const libraries = '/usr/lib';
  const places = readdirSync(libraries).map((name) =>
    join(libraries, name, 'girepository-1.0/GstRtspServer-1.0.typelib'),
  );
  return places.some((file) => existsSync(file)) && existsSync('/usr/lib/python3/dist-packages/gi');
}

/** Looked for by name: fontconfig's own tool need not be installed. */
function hasChineseFont() {
  const folders = ['/usr/share/fonts', '/usr/local/share/fonts', '/System/Library/Fonts'].filter(existsSync);
  const isChinese = (/** @type {string} */ name) =>
    /cjk|wqy|wenquanyi|sourcehan|pingfang|droidsansfallback/i.test(name);
  return folders.some((folder) => readdirSync(folder, { encoding: 'utf8', recursive: true }).some(isChinese));
}
