import { expect, it } from 'vitest';
import { LinkagesText } from '../../../config/linkages.ts';
import { rulesFor } from '../../../gateway/followers/linkage/matching.ts';
import { FENCE, given, latest, occurrence } from '../../parts/alarm-samples.ts';

const alarm = latest(given(occurrence('08:00:00')));
const call = { id: 'call', do: 'broadcast', say: { text: '请离开' } } as const;
const rulesOf = (more: object) =>
  LinkagesText.parse({ rules: [{ id: 'r', where: { types: ['railway.perimeter.'] }, steps: [call], ...more }] }).rules;
const started = (more: object, changed: object = {}) =>
  rulesFor(rulesOf(more), { ...alarm, ...changed }, FENCE).map(({ id }) => id);

it('starts for alarms of its types, place, hours and severity, and for no others', () => {
  expect(started({})).toEqual(['r']);
  expect(started({}, { type: 'railway.flood' })).toEqual([]);
  expect(started({ where: { stretches: [{ line: '沪昆线', from: 'K900+000' }] } })).toEqual([]);
  expect(started({ severity: 1 })).toEqual([]);
  expect(started({ hours: { spans: [{ from: '22:00', to: '06:00' }] } })).toEqual([]);
  expect(started({ hours: { spans: [{ from: '15:00', to: '17:00' }] } })).toEqual(['r']);
});

it('starts for the head of an incident and for no other member', () => {
  expect(started({}, { incident: alarm.id })).toEqual(['r']);
  expect(started({}, { incident: 'another' })).toEqual([]);
});

it('asks before a broadcast and an opened door unless the step says otherwise', () => {
  const door = { id: 'door', do: 'door', device: 'gate-1', act: 'open' };
  const lock = { ...door, id: 'lock', act: 'lock' };
  const easy = { ...call, id: 'easy', dangerous: false };
  const [rule] = rulesOf({ steps: [call, door, lock, easy] });
  expect(rule?.steps.map(({ isDangerous }) => isDangerous)).toEqual([true, true, false, false]);
});
