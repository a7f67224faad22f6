import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Device } from '../../../gateway/domain/device.ts';
import type { Entry } from '../../../gateway/domain/entry.ts';
import { toPoints } from '../../../gateway/followers/archive/point.ts';
import type { Recorded } from '../../../gateway/journal/journal.ts';
import { MORNING, raised, someAlarm } from '../../parts/recorded.ts';

const device: Device = {
  id: 'door-3',
  kind: 'access',
  profile: 'fengsui',
  name: '东门',
  region: '360902002000',
  place: {},
  enabled: true,
  version: 1,
};
const devices = { find: (id: string) => (id === 'door-3' ? device : undefined) };
const pointsOf = (entry: Entry, more: Partial<Recorded> = {}) =>
  toPoints({ seq: 12, at: MORNING + 500, entry, alarm: undefined, ...more }, devices);
const by = { name: '席 A', centre: '360902000000' };
const NS = 1_000_000n;

describe('what the archive keeps', () => {
  it('of a raised alarm: what charts group by as tags, its id as a field, the device’s time', () => {
    const alarm = someAlarm();
    expect(pointsOf(raised(alarm), { alarm })).toEqual([
      {
        measurement: 'alarm',
        tags: { region: '360902001000', type: 'railway.perimeter.intrusion', severity: '2', kind: 'raised' },
        fields: {
          alarm: alarm.id,
          device: 'yz-fence-k812',
          seq: 12n,
          version: 1n,
          count: 1n,
          state: 'new',
          condition: 'active',
          centre: '360902001000',
          value: 0.93,
          evidence: 0n,
          lng: 114.388,
          lat: 27.8,
          line: 'hukun',
          km_value: 812_300,
        },
        atNs: BigInt(MORNING) * NS + 12n,
      },
    ]);
  });

  it('of a person’s act: who and where it stands now, at the time they did it, without their note', () => {
    const alarm = someAlarm({ state: 'resolved', verdict: 'falseAlarm', version: 4 });
    const entry: Entry = {
      kind: 'resolved',
      alarm: alarm.id,
      by,
      note: '一只羊',
      doneAt: MORNING + 90,
      verdict: 'falseAlarm',
    };
    const [point] = pointsOf(entry, { alarm });
    expect(point).toMatchObject({
      tags: { kind: 'resolved' },
      fields: { by: '席 A', verdict: 'falseAlarm', state: 'resolved', version: 4n },
      atNs: BigInt(MORNING + 90) * NS + 12n,
    });
    expect(Object.values(point?.fields ?? {})).not.toContain('一只羊');
    const [now] = pointsOf({ ...entry, doneAt: undefined }, { alarm });
    expect(now?.atNs).toBe(BigInt(MORNING + 500) * NS + 12n);
  });

  it('of telemetry: one point a value, by name; a bare position; nothing that is not a number', () => {
    const telemetry = {
      kind: 'telemetry',
      device: 'door-3',
      at: MORNING,
      values: { battery: 81, rail: Number.NaN },
    } as const;
    expect(pointsOf({ kind: 'telemetry', telemetry })).toEqual([
      {
        measurement: 'telemetry',
        tags: { region: '360902002000', device_kind: 'access', type: 'battery' },
        fields: { device: 'door-3', seq: 12n, value: 81 },
        atNs: BigInt(MORNING) * NS + 12n,
      },
    ]);
    const position = { ...telemetry, values: {}, place: { lng: 114.4, lat: 27.8 } };
    expect(pointsOf({ kind: 'telemetry', telemetry: position })).toMatchObject([
      { tags: { type: 'position' }, fields: { lng: 114.4, lat: 27.8 } },
    ]);
    expect(pointsOf({ kind: 'telemetry', telemetry: { ...telemetry, values: {} } })).toEqual([]);
  });

  it('of a door: its answer, not whose credential it was', () => {
    const access = {
      kind: 'access',
      device: 'door-3',
      result: 'denied',
      direction: 'in',
      credential: 'p-81ac',
    } as const;
    const points = pointsOf({ kind: 'access', access });
    expect(points).toMatchObject([
      { measurement: 'access', tags: { result: 'denied', direction: 'in' }, fields: { device: 'door-3' } },
    ]);
    expect(JSON.stringify(points, (_, value) => String(value))).not.toContain('p-81ac');
  });

  it('of a device that comes or goes: that; of one that nobody registered: without a region', () => {
    const entry: Entry = { kind: 'device-status', device: 'unknown', online: false, statusAt: MORNING };
    expect(pointsOf(entry)).toMatchObject([
      { measurement: 'device_status', tags: {}, fields: { device: 'unknown', online: false } },
    ]);
  });

  it('nothing of records, accounts and audits', () => {
    expect(pointsOf({ kind: 'device-put', device, by })).toEqual([]);
    expect(pointsOf({ kind: 'audited', by, act: 'read', object: 'alarm', result: 'done', from: undefined })).toEqual(
      [],
    );
  });

  it('at the gateway’s time when the device’s is one that no archive holds', () => {
    for (const occurredAt of [Number.NaN, Number.POSITIVE_INFINITY, -8.64e15, 8.64e15]) {
      const alarm = someAlarm({ occurredAt });
      expect(pointsOf(raised(alarm), { alarm })[0]?.atNs).toBe(BigInt(MORNING + 500) * NS + 12n);
    }
  });

  it('gives entries of one millisecond times of their own, and an entry the same time each time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 40 }), fc.integer({ min: 1, max: 999_999 }), (seq, apart) => {
        const alarm = someAlarm();
        const at = (one: number) => pointsOf(raised(alarm), { alarm, seq: one })[0]?.atNs;
        expect(at(seq)).toBe(at(seq));
        expect(at(seq)).not.toBe(at(seq + apart));
      }),
    );
  });
});
