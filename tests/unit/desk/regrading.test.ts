import { pino } from 'pino';
import { expect, it } from 'vitest';
import { regradeLasting } from '../../../gateway/desk/regrading.ts';
import { SiteRules } from '../../../gateway/desk/site-rules.ts';
import type { Severity } from '../../../gateway/domain/severity.ts';
import { FENCE, INTRUSION } from '../../parts/alarm-samples.ts';
import { deskInMemory } from '../../parts/desk-in-memory.ts';

/** How grave an intrusion is that has lasted so long, looked at twice under a rule of ten minutes. */
async function severityAfter(ms: number, severity?: Severity): Promise<number | undefined> {
  const desk = deskInMemory({ perSecond: 1_000, burst: 1_000 });
  const said = { kind: 'signal', device: FENCE.id, type: INTRUSION.code, id: 'm1', active: true } as const;
  await desk.intake.accept([severity === undefined ? said : { ...said, severity }]);
  desk.clock.now += ms;
  const rules = [{ where: { types: [INTRUSION.code] }, set: { graverAfterMs: 600_000 } }];
  const ports = { findDevice: () => FENCE, definitionOf: () => INTRUSION, log: pino({ level: 'silent' }) };
  const { lanes, queries } = desk;
  for (const _look of [1, 2])
    await regradeLasting({ ...ports, rules, site: new SiteRules(rules), lanes, queries, now: () => desk.clock.now });
  return [...desk.alarms.values()][0]?.severity;
}

it('makes what lasts one severity graver, once, and not before its time', async () => {
  expect(await severityAfter(599_999)).toBe(2);
  expect(await severityAfter(600_000)).toBe(1);
});

it('leaves alone what is graver already', async () => {
  expect(await severityAfter(3_600_000, 1)).toBe(1);
});
