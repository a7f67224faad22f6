import { execFileSync } from 'node:child_process';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import type { Device } from '../../../gateway/domain/device.ts';
import { failed, ok } from '../../../gateway/domain/result.ts';
import { greyPicture } from '../../../gateway/onboarding/grey-picture.ts';
import { lookOf } from '../../../gateway/onboarding/picture-judging.ts';
import { PictureRounds } from '../../../gateway/onboarding/picture-rounds.ts';
import { cameraDevice, TestIntake } from '../../parts/onvif-ports.ts';

/** A JPEG of one of ffmpeg's test pictures. */
const jpegOf = (picture: string): Buffer =>
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', picture, '-frames:v', '1', '-f', 'mjpeg', 'pipe:1']);
const [SCENE, OTHER] = [jpegOf('testsrc=s=320x180'), jpegOf('testsrc2=s=320x180')];
const [BLACK, GREY] = [jpegOf('color=black:s=320x180'), jpegOf('color=gray:s=320x180')];
/** The same picture, another file: a live camera's next one never is the same. */
const again = (jpeg: Buffer, comment: number): Buffer =>
  Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xfe, 0, 3, comment]), jpeg.subarray(2)]);

function roundsOver(pictures: Buffer[], isSteered = false) {
  const [intake, camera]: [TestIntake, Device] = [new TestIntake(), cameraDevice('gate', 'http://127.0.0.1:1/')];
  const rounds = new PictureRounds({
    registry: { byProfile: () => [camera], find: () => camera, presence: () => ({ online: true }) },
    snapshot: async () => {
      const picture = pictures.shift();
      return picture === undefined ? failed('gone') : ok(picture);
    },
    isSteered: async () => isSteered,
    intake,
    log: pino({ level: 'silent' }),
  });
  const told = () =>
    intake.reports.map((one) => (one.kind === 'signal' ? `${one.type} ${one.active === true}` : one.kind));
  return {
    look: async (times: number) => {
      for (let at = 0; at < times; at += 1) await rounds.look('gate');
    },
    told,
  };
}

it('makes a picture of any size small and grey, and nothing of what is no JPEG', async () => {
  const looks = await Promise.all(
    [SCENE, BLACK, GREY].map(async (jpeg) => lookOf((await greyPicture(jpeg)) ?? new Uint8Array(1))),
  );
  expect(looks).toEqual(['good', 'black', 'covered']);
  expect(await greyPicture(Buffer.from('#EXTM3U\nfile:///etc/passwd\n'))).toBeUndefined();
  expect(await greyPicture(SCENE.subarray(0, 40))).toBeUndefined();
});

it('raises a covered lens and ends it, and a picture that stands still', async () => {
  const covered = roundsOver([SCENE, GREY, again(GREY, 1), again(GREY, 2), OTHER]);
  await covered.look(6); // the last one finds no camera
  expect(covered.told()).toEqual(['device.video.masked true', 'device.video.masked false']);
  const frozen = roundsOver([SCENE, SCENE, SCENE, SCENE, again(SCENE, 1)]);
  await frozen.look(5);
  expect(frozen.told()).toEqual(['device.video.poor true', 'device.video.poor false']);
  const black = roundsOver([BLACK, again(BLACK, 1)]);
  await black.look(2);
  expect(black.told()).toEqual(['device.video.poor true']);
});

it('raises a camera that was turned to another place, not one that people steer, and ends it when it is back', async () => {
  const wide = 'mandelbrot=s=640x360:start_scale=1.5';
  const [home, turned] = [`${wide},crop=320:180:160:90`, `${wide},crop=320:180:230:90`].map(jpegOf);
  if (home === undefined || turned === undefined) throw new Error('no pictures');
  const walk = [home, again(home, 1), turned, again(turned, 1), again(home, 2)];
  const fixed = roundsOver([...walk]);
  await fixed.look(5);
  expect(fixed.told()).toEqual(['device.video.scene-changed true', 'device.video.scene-changed false']);
  const steered = roundsOver([...walk], true);
  await steered.look(5);
  expect(steered.told()).toEqual([]);
});
