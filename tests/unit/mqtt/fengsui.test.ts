import { describe, expect, it } from 'vitest';
import type { Decoded } from '../../../adapters/codec/definition.ts';
import fengsui from '../../../adapters/mqtt/codecs/fengsui.ts';
import { houseOf } from '../../parts/codec-house.ts';
import { readWith } from './reading.ts';

const opened = fengsui.map((codec) => codec.open(houseOf()));
const RECEIVED_AT = Date.parse('2026-11-24T04:40:00.000Z');
const FENCE = 'fengsui/v1/yz-fence-k812';

const read = (topic: string, body: unknown, more: { isRetained?: boolean } = {}): Decoded => {
  const payload =
    body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return readWith(opened, { topic, payload, isRetained: false, receivedAt: RECEIVED_AT, ...more });
};
const event = (body: unknown): Decoded => read(`${FENCE}/event`, body);
const INTRUSION = { type: 'railway.perimeter.intrusion', active: true };

describe('an event', () => {
  it('lists every fault, the first one as the headline', () => {
    const body = { at: '24/11/2026 12:30', active: 'yes', severity: 9, value: '3' };
    expect(event(body).reports).toMatchObject([
      {
        kind: 'dead-letter',
        topic: `${FENCE}/event`,
        device: 'yz-fence-k812',
        fault: { reason: 'missing-field', field: 'type', value: '', expected: 'text' },
        others: [
          { reason: 'bad-time', field: 'at', value: '24/11/2026 12:30', expected: 'ISO 8601 with zone' },
          { reason: 'wrong-type', field: 'active', value: 'yes', expected: 'true or false' },
          { reason: 'unknown-code', field: 'severity', value: '9', expected: '1, 2, 3 or 4' },
          { reason: 'wrong-type', field: 'value', value: '3', expected: 'a number' },
        ],
        payload: JSON.stringify(body),
      },
    ]);
  });

  it('has what it said and nothing made up', () => {
    expect(event({ type: 'community.panic', model: 'X1' }).reports).toEqual([
      { kind: 'signal', device: 'yz-fence-k812', type: 'community.panic' },
    ]);
  });

  it.each([
    ['2026-11-24T12:30:05.2509999+08:00', '2026-11-24T04:30:05.250Z'],
    ['2026-11-24T04:30:05Z', '2026-11-24T04:30:05.000Z'],
    ['2001-01-01T00:00:00Z', '2001-01-01T00:00:00.000Z'],
    ['2026-11-25T04:39:59Z', '2026-11-25T04:39:59.000Z'],
  ])('at %s happened at %s', (at, utc) => {
    expect(event({ ...INTRUSION, at })).toMatchObject({ reports: [{ at: Date.parse(utc) }], warnings: [] });
  });

  it.each(['2026-11-25T04:40:01Z', '1970-01-01T08:00:12+08:00', '1999-12-31T23:59:59Z'])(
    'lives without the time %s, which nobody can believe, and flags the clock',
    (at) => {
      const { reports, warnings } = event({ ...INTRUSION, at });
      expect(reports).toEqual([
        { kind: 'signal', device: 'yz-fence-k812', ...INTRUSION },
        { kind: 'signal', device: 'yz-fence-k812', type: 'device.clock.off', active: true },
      ]);
      expect(warnings).toEqual([{ reason: 'bad-time', field: 'at', value: at, expected: 'a time within 24 h of now' }]);
    },
  );

  it('is old news when the broker had kept it', () => {
    expect(read(`${FENCE}/event`, INTRUSION, { isRetained: true }).reports).toMatchObject([{ isReplay: true }]);
  });

  it('is not lost for too many words', () => {
    const { reports } = event({ ...INTRUSION, text: '触网'.repeat(10_000) });
    expect(reports).toMatchObject([{ kind: 'signal', text: expect.stringMatching(/^(触网){250}$/) }]);
  });
});

describe('a body that is none', () => {
  it.each([
    [
      'cut JSON',
      '{"type":',
      { reason: 'not-json', field: '(payload)', value: '{"type":', expected: 'a JSON object; ends at byte 8' },
    ],
    ['nothing', '', { reason: 'not-json', field: '(payload)', value: '', expected: 'a JSON object' }],
    ['a list', '[]', { reason: 'wrong-type', field: '(payload)', value: '[]', expected: 'an object' }],
    ['GBK', Buffer.from('b4a5cdf8', 'hex'), { reason: 'not-utf8', field: '(payload)', value: 'bytes b4a5cdf8' }],
    [
      '17 levels',
      `${'{"a":'.repeat(17)}1${'}'.repeat(17)}`,
      { reason: 'too-large', expected: 'JSON at most 16 levels deep' },
    ],
    ['100,000 levels', '['.repeat(100_000) + ']'.repeat(100_000), { reason: 'too-large' }],
    [
      'too many bytes',
      'x'.repeat(262_145),
      { reason: 'too-large', value: '262145 bytes', expected: 'at most 262144 bytes' },
    ],
  ])('%s is a dead letter', (_name, body, fault) => {
    const { reports } = event(body);
    expect(reports).toMatchObject([{ kind: 'dead-letter', fault }]);
  });

  it('keeps 4 KiB of text, and bytes that are no text in base64', () => {
    const [long] = event(`"${'触'.repeat(2_000)}"`).reports;
    expect(long?.kind === 'dead-letter' && long.payload).toBe(`"${'触'.repeat(1_365)}`);
    const [gbk] = event(Buffer.from('b4a5cdf8', 'hex')).reports;
    expect(gbk?.kind === 'dead-letter' && gbk.payload).toBe('tKXN+A==');
  });
});

describe('the other topics', () => {
  it.each([
    ['online', true],
    ['offline', false],
  ])('status %s', (word, online) => {
    expect(read(`${FENCE}/status`, word).reports).toEqual([{ kind: 'status', device: 'yz-fence-k812', online }]);
  });

  it('does not take a deleted status for a status', () => {
    expect(read(`${FENCE}/status`, '').reports).toEqual([]);
  });

  it('says which words a status has', () => {
    expect(read(`${FENCE}/status`, 'Online').reports).toMatchObject([
      { fault: { reason: 'unknown-code', field: '(payload)', value: 'Online', expected: 'online or offline' } },
    ]);
  });

  it('names the value of a measurement that is none', () => {
    expect(read(`${FENCE}/telemetry`, '{"values":{"fence_kv":"6.8 kV","battery_v":1e999}}').reports).toMatchObject([
      {
        fault: { reason: 'wrong-type', field: 'values.fence_kv', value: '6.8 kV', expected: 'a number' },
        others: [{ reason: 'out-of-range', field: 'values.battery_v', value: 'Infinity', expected: 'a number' }],
      },
    ]);
  });

  it('takes no name for a device that cannot be one', () => {
    const [letter] = read('fengsui/v1/$SYS > x/event', INTRUSION).reports;
    expect(letter).toMatchObject({ fault: { reason: 'unknown-device', field: '(topic)', value: '$SYS > x' } });
    expect(letter).not.toHaveProperty('device');
  });
});
