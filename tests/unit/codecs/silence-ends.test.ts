import pino from 'pino';
import { expect, it } from 'vitest';
import { SilenceEnds } from '../../../adapters/vendor/silence-ends.ts';
import type { Signal } from '../../../gateway/domain/signal.ts';
import { TestIntake } from '../../parts/onvif-ports.ts';
import { recordOf } from './reading.ts';

const signal = (type: string, active: boolean): Signal => ({ kind: 'signal', device: 'cam-1', type, active });

function watch(settings: Readonly<Record<string, number>> = {}) {
  const clock = { now: 0 };
  const intake = new TestIntake();
  const find = () => recordOf('cam-1', { settings });
  const silence = new SilenceEnds({ find, intake, log: pino({ level: 'silent' }), now: () => clock.now });
  const after = async (ms: number) => {
    clock.now += ms;
    await silence.settle().catch(() => undefined);
    return intake.of('signal').map(({ type, active }) => `${type} ${active}`);
  };
  return { silence, intake, after };
}

it('ends an event after ten seconds without a repeat, once', async () => {
  const { silence, after } = watch();
  silence.note('isapi', [signal('isapi:VMD', true)]);
  expect(await after(9_000)).toEqual([]);
  silence.note('isapi', [signal('isapi:VMD', true)]);
  expect(await after(9_000)).toEqual([]);
  expect(await after(1_000)).toEqual(['isapi:VMD false']);
  expect(await after(60_000)).toHaveLength(1);
});

it('ends nothing that was ended, that has an end of its own, or that another family says', async () => {
  const { silence, after } = watch();
  silence.note('isapi', [signal('isapi:VMD', true), signal('isapi:VMD', false)]);
  silence.note('isapi', [signal('isapi:videoloss (active)', true), signal('community.door.held', true)]);
  silence.note('dahua', [signal('dahua:VideoMotion', true)]);
  expect(await after(60_000)).toEqual([]);
});

it('takes the record’s own silence, and asks again when the journal refuses', async () => {
  const { silence, intake, after } = watch({ silenceMs: 30_000 });
  silence.note('isapi', [signal('isapi:VMD', true)]);
  expect(await after(29_000)).toEqual([]);
  intake.refuse(true);
  expect(await after(2_000)).toEqual([]);
  intake.refuse(false);
  expect(await after(1_000)).toEqual(['isapi:VMD false']);
});
