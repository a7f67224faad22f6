import { expect, it, onTestFinished, vi } from 'vitest';
import { startCamera } from '../../simulators/camera/camera.ts';
import { CODE_RANGE, FRAME_MS, frameAt } from '../../simulators/camera/picture/frame-code.ts';
import { decodeG711 } from '../../streams/talk/g711.ts';
import { violations } from '../parts/axe.ts';
import { startBrowser, takeSeat } from '../parts/browser.ts';
import { DUTY } from '../parts/console-site.ts';
import { codesOnPage } from '../parts/frame-codes.ts';
import { startGateway } from '../parts/gateway.ts';
import { temporaryFolder } from '../parts/temporary-folder.ts';
import { secret } from '../parts/told.ts';
import { shareOf } from '../parts/tone.ts';

const soon = (check: () => unknown, timeout = 15_000) => vi.waitFor(check, { timeout, interval: 50 });
const LOGIN = { username: 'admin', password: secret('a camera that records') };

/** How many milliseconds before `moment` the picture with this code was taken. */
const before = (code: number, moment: number): number =>
  ((((frameAt(moment) - code) % CODE_RANGE) + CODE_RANGE) % CODE_RANGE) * FRAME_MS;

async function openSite() {
  const camera = await startCamera({ id: 'gate', name: '东门', ...LOGIN, hasMicrophone: true });
  onTestFinished(() => camera.stop());
  const gateway = await startGateway({ dataDir: await temporaryFolder(onTestFinished) }, onTestFinished);
  await gateway.signIn();
  await gateway.call('POST', '/api/v1/users', { ...DUTY, role: 'dispatcher', regions: ['360902000000'] });
  await gateway.call('PUT', '/api/v1/devices/gate', {
    ...{ kind: 'camera', profile: 'onvif', name: '东门', region: '360902001001' },
    tags: [`port:${new URL(camera.rtspUrl('main')).port}`],
    connection: { url: camera.onvifUrl, ...LOGIN },
    settings: { sound: true },
  });
  await soon(() => expect(camera.subscriptions()).toBe(1));
  const permissions = ['microphone'];
  const seat = await takeSeat(await startBrowser(onTestFinished), gateway.url, DUTY, { permissions });
  const happenedAt = Date.now();
  camera.raise('RuleEngine/LineDetector/Crossed', { source: { Rule: 'line' }, data: { ObjectId: 7 } });
  await seat.page.locator('[data-testid=alarm-row]').first().click();
  return { camera, happenedAt, ...seat };
}

it('shows from an alarm what the camera recorded itself, from ten seconds before, and another moment by a key', async () => {
  const { camera, happenedAt, page, complaints } = await openSite();
  await page.getByTestId('open-recorder').click();
  const code = async (): Promise<number> => (await codesOnPage(page, '[data-testid=recorder] video'))[0] ?? Number.NaN;
  await page.locator('[data-recorder=ready]').waitFor();
  await page.getByTestId('recorder-play').click();
  await page.locator('[data-recorder=playing]').waitFor();
  await soon(async () => expect(before(await code(), happenedAt)).toBeLessThan(12_000));
  expect(before(await code(), happenedAt)).toBeGreaterThan(4_000);
  expect(camera.replays()).toBe(1);
  expect(await violations(page)).toEqual([]);
  await page.getByTestId('recorder-play').press('ArrowLeft');
  await soon(async () => expect(before(await code(), happenedAt)).toBeGreaterThan(12_000));
  await page.getByTestId('recorder-play').click();
  await soon(() => expect(camera.replays()).toBe(0));
  await page.keyboard.press('Escape');
  await soon(async () => expect(await page.getByTestId('recorder').count()).toBe(0));
  expect(complaints).toEqual([]);
});

it('brings a voice to the camera while the button is held, by the mouse and by the space bar', async () => {
  const { camera, page, complaints } = await openSite();
  const button = page.getByTestId('talk');
  await button.hover();
  await page.mouse.down();
  await page.locator('[data-talk=speaking]').waitFor();
  await soon(() => expect(camera.heard().length).toBeGreaterThan(8000));
  await page.mouse.up();
  await page.locator('[data-talk=silent]').waitFor();
  const samples = decodeG711('PCMA', camera.heard());
  const loudest = Math.max(...Array.from({ length: samples.length / 2 }, (_, at) => samples.readInt16LE(at * 2)));
  expect(loudest).toBeGreaterThan(3000); // the browser's microphone beeps once a second
  camera.misbehave({ isMute: true });
  await button.focus();
  await page.keyboard.down(' ');
  await soon(async () => expect(await page.locator('.talk [role=alert]').textContent()).toBe('此摄像机没有扬声器'));
  await page.keyboard.up(' ');
  expect(complaints).toEqual([]);
});

/** In the page: keeps what it gives its loudspeaker. */
const TAP = `{
  const { start } = AudioBufferSourceNode.prototype;
  window.heard = [];
  AudioBufferSourceNode.prototype.start = function (...when) {
    for (const sample of this.buffer.getChannelData(0)) window.heard.push(Math.round(sample * 32767));
    start.apply(this, when);
  };
}`;

it('hears the camera from one press to the next, and by itself while somebody talks to it', async () => {
  const { camera, page, complaints } = await openSite();
  const button = page.getByTestId('sound');
  await page.evaluate(TAP);
  const heard = async () => Buffer.from(Int16Array.from(await page.evaluate<number[]>('window.heard')).buffer);
  expect(camera.listeners()).toBe(1); // its ring keeps the sound, for the record allows it
  await button.click();
  await page.locator('[data-sound=on]').waitFor();
  await soon(async () => expect((await heard()).length).toBeGreaterThan(2 * 8000));
  expect(shareOf((await heard()).subarray(2000), 1000)).toBeGreaterThan(0.95);
  expect(await violations(page)).toEqual([]);
  await button.press('Enter');
  await page.locator('[data-sound=off]').waitFor();
  await page.getByTestId('talk').hover();
  await page.mouse.down();
  await page.locator('[data-talk=speaking]').waitFor();
  await page.locator('[data-sound=on]').waitFor();
  await page.mouse.up();
  await page.locator('[data-sound=off]').waitFor();
  expect(complaints).toEqual([]);
});
