import { expect, it } from 'vitest';
import { Encodings, SOFTWARE, tryOut } from '../../../streams/encodings.ts';

it('takes the first hardware that does its work, and asks once', async () => {
  const tried: string[] = [];
  const encodings = new Encodings('auto', async ({ name }) => tried.push(name) === 3);
  expect((await encodings.best()).name).toBe('h264_vaapi');
  expect((await encodings.best()).name).toBe('h264_vaapi');
  expect(tried).toEqual(['h264_nvenc', 'h264_qsv', 'h264_vaapi']);
});

it('takes the processor where no hardware works, where it is off, and once it has failed', async () => {
  expect(await new Encodings('auto', async () => false).best()).toBe(SOFTWARE);
  const never = async (): Promise<boolean> => expect.fail('nothing is tried');
  expect(await new Encodings('off', never).best()).toBe(SOFTWARE);
  const failing = new Encodings('auto', async () => true);
  expect(await failing.best()).not.toBe(SOFTWARE);
  failing.giveUp();
  expect(await failing.best()).toBe(SOFTWARE);
});

it('knows by a trial whether an encoder does its work', async () => {
  expect(await tryOut(SOFTWARE)).toBe(true);
  expect(await tryOut({ ...SOFTWARE, encoder: ['-c:v', 'no-such-encoder'] })).toBe(false);
});
