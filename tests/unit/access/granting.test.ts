import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isScopeWithin, narrowedTo } from '../../../gateway/access/granting.ts';
import { ROLE_NAMES, roleMay } from '../../../gateway/access/permissions.ts';
import { covers, type Scope } from '../../../gateway/domain/scope.ts';
import { ALARM_ACTIONS } from '../../../gateway/http/contract/alarms.ts';
import { ROLES } from '../../../gateway/http/contract/people.ts';

const region = fc.constantFrom(
  '000000000000',
  '360000000000',
  '360900000000',
  '360902000000',
  '360902001000',
  '360902001001',
  '360982000000',
  '360982001000',
);
const names = fc.option(fc.uniqueArray(fc.constantFrom('a', 'b'), { maxLength: 2 }), { nil: undefined });
const scope: fc.Arbitrary<Scope> = fc
  .record({ regions: fc.uniqueArray(region, { minLength: 1, maxLength: 3 }), lines: names, compounds: names })
  .map(({ regions, lines, compounds }) => ({
    regions,
    ...(lines === undefined ? {} : { lines }),
    ...(compounds === undefined ? {} : { compounds }),
  }));
const place = fc.record({
  region,
  line: fc.constantFrom('a', 'b', 'c', undefined),
  compound: fc.constantFrom('a', 'b', 'c', undefined),
});

it('lets nobody grant what they do not see themselves', () => {
  fc.assert(
    fc.property(scope, scope, place, (own, granted, where) => {
      fc.pre(isScopeWithin(own, granted));
      if (covers(granted, where)) expect(covers(own, where)).toBe(true);
    }),
  );
});

it('narrows to the regions that both the scope and the question hold', () => {
  fc.assert(
    fc.property(scope, fc.uniqueArray(region, { minLength: 1, maxLength: 3 }), region, ({ regions }, asked, where) => {
      const narrowed = narrowedTo({ regions }, asked);
      if (narrowed === undefined) return;
      const both = covers({ regions }, { region: where }) && covers({ regions: asked }, { region: where });
      expect(covers({ regions: narrowed }, { region: where })).toBe(both);
    }),
  );
});

it('refuses a question about a region that the scope does not touch', () => {
  expect(narrowedTo({ regions: ['360902000000'] }, ['360902001000', '360982000000'])).toBeUndefined();
  expect(narrowedTo({ regions: ['360902000000'] }, undefined)).toEqual(['360902000000']);
});

it('knows the roles of the contract, and keeps reading the trail away from everybody who can change something', () => {
  expect(ROLE_NAMES).toEqual(ROLES);
  const actions = ALARM_ACTIONS.map((action) => `alarm.${action}` as const);
  for (const role of ['viewer', 'security', 'auditor'] as const) {
    expect(actions.filter((action) => roleMay(role, action))).toEqual([]);
  }
  expect(actions.every((action) => action === 'alarm.arrive' || roleMay('dispatcher', action))).toBe(true);
  for (const role of ROLES) {
    expect(roleMay(role, 'audit.read')).toBe(role === 'auditor');
    expect(roleMay(role, 'device.write')).toBe(role === 'administrator');
  }
  const changes = [
    'user.write',
    'device.write',
    'device.command',
    'wall.write',
    'camera.ptz',
    'dead-letter.replay',
  ] as const;
  expect(changes.filter((change) => roleMay('auditor', change))).toEqual([]);
});
