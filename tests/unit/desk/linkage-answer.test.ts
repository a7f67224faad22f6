import { expect, it } from 'vitest';
import { openAlarmDesk } from '../../../gateway/desk/order-desk.ts';
import { FENCE, INTRUSION } from '../../parts/alarm-samples.ts';
import { deskInMemory } from '../../parts/desk-in-memory.ts';

const ASKS_MS = 60_000;

/** An alarm whose door asks a person first, and two operators who look at it. */
async function asked() {
  const { intake, lanes, alarms, clock, entries } = deskInMemory({ perSecond: 1_000, burst: 1_000 });
  await intake.accept([{ kind: 'signal', device: FENCE.id, type: INTRUSION.code, id: 'm1', active: true }]);
  const [raised] = alarms.values();
  const id = raised?.id ?? '';
  const names = { alarm: id, rule: 'fire', step: 'door' };
  await lanes.commit(FENCE.id, [{ kind: 'linkage-asked', ...names, until: clock.now + ASKS_MS }]);
  const desk = openAlarmDesk(lanes, () => clock.now);
  const answer = (who: string, isConfirmed: boolean, version = desk.find(id)?.version ?? 0) =>
    desk.answerLinkage(id, {
      rule: 'fire',
      step: 'door',
      isConfirmed,
      version,
      by: { name: who, centre: undefined },
      note: undefined,
    });
  const comment = () =>
    lanes.commit(FENCE.id, [
      { kind: 'commented', alarm: id, by: { name: '陈工', centre: undefined }, note: '有人在门内', doneAt: undefined },
    ]);
  return { answer, comment, clock, entries };
}

it('lets one of two operators answer, and tells the other', async () => {
  const { answer, entries } = await asked();
  const both = await Promise.all([answer('刘工', true, 2), answer('陈工', false, 2)]);
  expect(both).toMatchObject([{ ok: true }, { ok: false, error: { kind: 'conflict' } }]);
  expect(entries.filter(({ kind }) => kind.startsWith('linkage-'))).toHaveLength(2);
});

it('takes no yes of somebody who has not seen the last word on the alarm', async () => {
  const { answer, comment } = await asked();
  await comment();
  expect(await answer('刘工', true, 2)).toMatchObject({
    ok: false,
    error: { kind: 'conflict', present: { version: 3 } },
  });
  expect(await answer('刘工', true)).toMatchObject({ ok: true });
});

it('asks no longer once it was declined, or after its time', async () => {
  const declined = await asked();
  await declined.answer('刘工', false);
  expect(await declined.answer('陈工', true)).toMatchObject({ ok: false, error: { kind: 'not-asked' } });
  const late = await asked();
  late.clock.now += ASKS_MS;
  expect(await late.answer('刘工', true)).toMatchObject({ ok: false, error: { kind: 'not-asked' } });
});
