import { describe, expect, it, vi } from 'vitest';
import { firstOf, listed, sizeText, whyNone } from '../../../console/src/evidence/items.ts';
import { troubleWith } from '../../../console/src/evidence/playable.ts';
import type { Evidence } from '../../../gateway/http/contract/alarms.ts';
import { consoleAlarm } from '../../parts/console-alarm.ts';

const file = (kind: Evidence['kind'], more: Partial<Evidence> = {}): Evidence => ({
  kind,
  url: `/api/v1/alarms/a/evidence/${kind}`,
  at: '2026-11-24T12:39:44.000Z',
  sha256: 'ab',
  ...more,
});

describe('evidence of an alarm', () => {
  it('is looked at clip first, and never at a file that was taken away while another is there', () => {
    const removedAt = '2026-12-24T00:00:00.000Z';
    const items = listed([file('photo'), file('snapshot'), file('clip', { removedAt })]);
    expect(items.map(({ kind }) => kind)).toEqual(['clip', 'snapshot', 'photo']);
    expect(firstOf(items)?.kind).toBe('snapshot');
    expect(firstOf([file('clip', { removedAt })])?.removedAt).toBe(removedAt);
  });

  it('says why there is none: of something to come, of no camera, of a camera that is away', () => {
    const alarm = consoleAlarm('a', { cameras: ['c'] });
    const soon = Date.parse(alarm.receivedAt) + 1_000;
    const late = soon + 60_000;
    expect(whyNone(alarm, 'clip', soon, false)).toBe('taking');
    expect(whyNone(alarm, 'clip', late, true)).toBe('offline');
    expect(whyNone(alarm, 'clip', late, false)).toBe('nothing');
    expect(whyNone({ ...alarm, severity: 4 }, 'clip', soon, false)).toBe('blue');
    expect(whyNone({ ...alarm, cameras: [] }, 'clip', soon, false)).toBe('noCamera');
    expect(whyNone({ ...alarm, evidence: [file('clip')] }, 'clip', late, true)).toBeUndefined();
  });

  it('has sizes as file managers say them', () => {
    expect([1, 812 * 1024, 3.4 * 1024 * 1024].map(sizeText)).toEqual(['1 KB', '812 KB', '3.4 MB']);
  });
});

describe('a clip that does not play', () => {
  const served = (body: string, status = 206) =>
    vi.stubGlobal('fetch', async () => new Response(status === 206 ? body : null, { status }));

  it.each([
    ['h265', 'ftypisomhvc1 and the rest', 206],
    ['unplayable', 'ftypisomavc1', 206],
    ['gone', '', 404],
  ] as const)('is told from others: %s', async (trouble, body, status) => {
    served(body, status);
    expect(await troubleWith('/clip')).toBe(trouble);
    vi.unstubAllGlobals();
  });
});
