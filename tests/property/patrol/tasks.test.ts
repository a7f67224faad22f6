import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isEnded, type PatrolTask } from '../../../gateway/domain/patrol.ts';
import { NEW_TASK } from '../../../gateway/patrol/alarm-task.ts';
import { TaskBook } from '../../../gateway/patrol/task-book.ts';
import { decideTask, TASK_ACTIONS, type TaskOrder } from '../../../gateway/patrol/task-order.ts';

const TASK: PatrolTask = {
  ...NEW_TASK,
  id: '018f0000-0000-7000-8000-000000000001',
  origin: { kind: 'alarm', alarm: 'a1' },
  title: { zh: '周界入侵', en: 'Perimeter intrusion' },
  region: '360902001000',
  place: { line: '沪昆线', km: 'K812+300' },
  assignedTo: '彬江一队',
  madeAt: 0,
};
const order = (more: Partial<TaskOrder>): TaskOrder => ({
  ...{ action: 'take', version: 1, by: { name: 'patrol-1', centre: undefined }, note: undefined },
  ...{ arrival: undefined, verdict: undefined, to: undefined, doneAt: undefined },
  ...more,
});

const orders = fc.array(
  fc.record({
    action: fc.constantFrom(...TASK_ACTIONS),
    by: fc.constantFrom('patrol-1', 'patrol-2', 'desk'),
    note: fc.constantFrom(undefined, '', 'words'),
    isStale: fc.boolean(),
  }),
  { maxLength: 30 },
);

it('is held by one person at a time, counts each change once, and never changes after its end', () => {
  fc.assert(
    fc.property(orders, (given) => {
      let task = TASK;
      for (const { action, by, note, isStale } of given) {
        const version = task.version - (isStale ? 1 : 0);
        const done = decideTask(task, order({ action, note, version, by: { name: by, centre: undefined } }), 1000);
        if (!done.ok) {
          expect(done.error.kind === 'conflict' || !isStale || task.holder !== by).toBe(true);
          continue;
        }
        const after = done.value;
        expect([isStale, isEnded(task), after.version]).toEqual([false, false, task.version + 1]);
        if (action !== 'take' && action !== 'cancel') expect(task.holder).toBe(by);
        expect(after.holder === undefined).toBe(
          after.state === 'offered' || (after.state === 'cancelled' && task.holder === undefined),
        );
        task = after;
      }
    }),
  );
});

it('takes a change back where nothing was built on it, and only there', () => {
  const book = new TaskBook([TASK]);
  const taken = { ...TASK, state: 'taken', holder: 'patrol-1', version: 2 } as const;
  book.fold([taken])();
  expect(book.find(TASK.id)).toBe(TASK);
  const undo = book.fold([taken]);
  const arrived = { ...taken, state: 'arrived', version: 3 } as const;
  book.put(arrived);
  undo();
  expect(book.find(TASK.id)).toBe(arrived);
  expect(book.openOf('a1')).toBe(arrived);
  book.put({ ...arrived, state: 'done', version: 4, endedAt: 5 });
  expect(book.openOf('a1')).toBeUndefined();
  expect(book.over(5 + 31 * 86_400_000)).toHaveLength(1);
});
