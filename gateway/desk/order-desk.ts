import type { AlarmOrder, OrderFault } from '../alarms/command.ts';
import { decideOrder } from '../alarms/order.ts';
import type { Alarm, AlarmId, Evidence } from '../domain/alarm.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { AlarmDesk } from './desk.ts';
import type { AlarmLanes } from './lanes.ts';

/** People's orders, decided on the alarm as it stands with everything that is on its way to the journal. */
export function openAlarmDesk(lanes: AlarmLanes, now: () => number): AlarmDesk {
  async function carryOut(id: AlarmId, order: AlarmOrder): Promise<Result<Alarm, OrderFault>> {
    const alarm = lanes.find(id);
    if (alarm === undefined) return failed({ kind: 'unknown-alarm' });
    const decided = decideOrder(alarm, order, now());
    if (!decided.ok) return decided;
    const after = await lanes.commit(alarm.device, [decided.value]);
    return ok(after ?? alarm);
  }

  async function addEvidence(id: AlarmId, evidence: Evidence): Promise<void> {
    const alarm = lanes.find(id);
    if (alarm === undefined || alarm.evidence.some((known) => isSame(known, evidence))) return;
    await lanes.commit(alarm.device, [{ kind: 'evidence-added', alarm: id, evidence }]);
  }

  return { find: (id) => lanes.find(id), carryOut, addEvidence };
}

const isSame = (a: Evidence, b: Evidence): boolean =>
  a.sha256 === b.sha256 || (a.kind === b.kind && a.camera === b.camera);
