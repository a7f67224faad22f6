import type { AlarmOrder, OrderFault } from '../alarms/command.ts';
import { decideOrder } from '../alarms/order.ts';
import type { Actor } from '../domain/actor.ts';
import type { Alarm, AlarmId, Evidence } from '../domain/alarm.ts';
import { markOf } from '../domain/linkage.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { AlarmDesk, Beside, BesideOrders, LinkageAnswer, LinkageFault } from './desk.ts';
import type { AlarmLanes } from './lanes.ts';

/** People's orders, decided on the alarm as it stands with everything that is on its way to the journal. */
export function openAlarmDesk(lanes: AlarmLanes, now: () => number, besides?: BesideOrders): AlarmDesk {
  async function carryOut(id: AlarmId, order: AlarmOrder, given?: Beside): Promise<Result<Alarm, OrderFault>> {
    const alarm = lanes.find(id);
    if (alarm === undefined) return failed({ kind: 'unknown-alarm' });
    const decided = decideOrder(alarm, order, now());
    if (!decided.ok) return decided;
    const beside = given ?? besides?.of(alarm, decided.value);
    try {
      const after = await lanes.commit(alarm.device, [decided.value], beside?.entries);
      return ok(after ?? alarm);
    } catch (error) {
      beside?.undo();
      throw error;
    }
  }

  async function answerLinkage(
    id: AlarmId,
    { rule, step, isConfirmed, version, by, note }: LinkageAnswer,
  ): Promise<Result<Alarm, LinkageFault>> {
    const alarm = lanes.find(id);
    if (alarm === undefined) return failed({ kind: 'unknown-alarm' });
    if (alarm.version !== version) return failed({ kind: 'conflict', present: alarm });
    const mark = markOf(alarm.linkages, rule, step);
    const isOver = mark?.result !== 'asked' || (mark.until ?? 0) <= now();
    if (isOver) return failed({ kind: 'not-asked', present: alarm });
    const kind = isConfirmed ? 'linkage-confirmed' : 'linkage-declined';
    const after = await lanes.commit(alarm.device, [{ kind, alarm: id, rule, step, by, note, doneAt: undefined }]);
    return ok(after ?? alarm);
  }

  async function addEvidence(id: AlarmId, evidence: Evidence): Promise<void> {
    const alarm = lanes.find(id);
    if (alarm === undefined || alarm.evidence.some((known) => isSame(known, evidence))) return;
    await lanes.commit(alarm.device, [{ kind: 'evidence-added', alarm: id, evidence }]);
  }

  async function lockEvidence(
    id: AlarmId,
    url: string,
    isLocked: boolean,
    by: Actor,
    note?: string,
  ): Promise<Alarm | undefined> {
    const alarm = lanes.find(id);
    const file = alarm?.evidence.find((known) => known.url === url && known.removedAt === undefined);
    if (alarm === undefined || file === undefined) return undefined;
    if ((file.isLocked ?? false) === isLocked) return alarm;
    return lanes.commit(alarm.device, [
      { kind: 'evidence-locked', alarm: id, url, isLocked, by, note, doneAt: undefined },
    ]);
  }

  async function removeEvidence(id: AlarmId, url: string, why: 'over' | 'room'): Promise<boolean> {
    const alarm = lanes.find(id);
    const file = alarm?.evidence.find((known) => known.url === url && known.removedAt === undefined);
    if (alarm === undefined || file === undefined || file.isLocked === true) return false;
    const removed = { at: now(), why };
    const entry = { kind: 'evidence-removed', alarm: id, url, removed, by: KEEPING } as const;
    await lanes.commit(alarm.device, [{ ...entry, note: undefined, doneAt: undefined }]);
    return true;
  }

  return { find: (id) => lanes.find(id), carryOut, answerLinkage, addEvidence, lockEvidence, removeEvidence };
}

/** The gateway itself, by the rule that takes old evidence away. */
const KEEPING: Actor = { name: 'keeping', centre: undefined };

/** A person may take many photos of one alarm; a camera gives one picture and one clip. */
const isSame = (a: Evidence, b: Evidence): boolean =>
  a.kind === b.kind && (a.sha256 === b.sha256 || (a.kind !== 'photo' && a.camera === b.camera));
