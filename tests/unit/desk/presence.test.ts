import { expect, it } from 'vitest';
import type { Status } from '../../../gateway/domain/signal.ts';
import { FENCE } from '../../parts/alarm-samples.ts';
import { deskInMemory } from '../../parts/desk-in-memory.ts';

const status = (online: boolean): Status => ({ kind: 'status', device: FENCE.id, online });
const deskOf = () => deskInMemory({ perSecond: 1000, burst: 1000 });
const said = ({ entries }: ReturnType<typeof deskOf>) =>
  entries.flatMap((entry) => (entry.kind === 'device-status' ? [entry.online] : []));
const offlineAlarms = ({ alarms }: ReturnType<typeof deskOf>) =>
  [...alarms.values()].filter(({ type }) => type === 'device.offline').map(({ condition }) => condition);

it('keeps the alarm of a device that went, came and went within one millisecond', async () => {
  const desk = deskOf();
  await desk.intake.accept([status(true)]);
  await desk.intake.accept([status(false), status(true), status(false)]);
  expect(offlineAlarms(desk)).toEqual(['active']);
});

it('hears changes again that the disk refused together', async () => {
  const desk = deskOf();
  await desk.intake.accept([status(true)]);
  desk.disk.isRefusing = true;
  await expect(desk.intake.accept([status(false), status(true)])).rejects.toThrow();
  desk.disk.isRefusing = false;
  await desk.intake.accept([status(false), status(true)]);
  expect(said(desk)).toEqual([true, false, true]);
});

it('writes a status and the alarm about it as one', async () => {
  const desk = deskOf();
  await desk.intake.accept([status(true)]);
  await desk.intake.accept([status(false)]);
  expect(desk.entries.slice(-2).map(({ kind }) => kind)).toEqual(['device-status', 'raised']);
  expect(desk.writes.at(-1)).toBe(2);
});
