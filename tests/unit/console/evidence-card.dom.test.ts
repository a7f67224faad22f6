// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import EvidenceCard from '../../../console/src/evidence/EvidenceCard.vue';
import { i18n } from '../../../console/src/i18n/i18n.ts';
import { useSession } from '../../../console/src/session/session-store.ts';
import type { Alarm, Evidence } from '../../../gateway/http/contract/alarms.ts';
import type { Role } from '../../../gateway/http/contract/people.ts';
import { consoleAlarm } from '../../parts/console-alarm.ts';

const URL = '/api/v1/alarms/a/evidence/a-camera-k812.mp4';
const clip = (more: Partial<Evidence> = {}): Evidence => ({
  kind: 'clip',
  url: URL,
  at: '2026-11-24T12:39:34.000Z',
  from: '2026-11-24T12:39:34.000Z',
  to: '2026-11-24T12:39:54.000Z',
  camera: 'camera-k812',
  sha256: 'c0ffee',
  bytes: 900_000,
  ...more,
});

const answers = vi.fn<(url: string, init: RequestInit) => Promise<Response>>();
beforeEach(() => {
  setActivePinia(createPinia());
  vi.stubGlobal('fetch', answers);
});
afterEach(() => {
  vi.unstubAllGlobals();
  answers.mockReset();
});

function show(evidence: readonly Evidence[], changes: Partial<Alarm> = {}, role: Role = 'dispatcher') {
  useSession().user = { username: 'seat-a', role, regions: [] } as never;
  const alarm = consoleAlarm('a', { cameras: ['camera-k812'], evidence: [...evidence], ...changes });
  return mount(EvidenceCard, { props: { alarm }, global: { plugins: [i18n] }, attachTo: document.body });
}

it('shows the clip with its hash, its camera and what is missing of it', () => {
  const card = show([clip({ note: 'not-open' })]);
  expect(card.get('video').attributes('src')).toBe(URL);
  expect(card.get('[data-testid=evidence-hash]').text()).toBe('c0ffee');
  expect(card.get('[data-testid=evidence-note]').text()).toContain('当时摄像机没有取流');
  expect(card.text()).toContain('camera-k812');
  expect(card.get('[data-testid=evidence-missing]').attributes('data-reason')).toBe('nothing');
});

it('says that a file was taken away and keeps its hash, and offers no download of it', () => {
  const card = show([clip({ removedAt: '2026-12-24T12:00:00.000Z' })]);
  expect(card.get('[data-testid=evidence-removed]').text()).toContain('已于 2026-12-24');
  expect(card.find('video').exists()).toBe(false);
  expect(card.find('[data-testid=evidence-download]').exists()).toBe(false);
  expect(card.get('[data-testid=evidence-hash]').text()).toBe('c0ffee');
});

it('says once why there is neither clip nor picture', () => {
  const card = show([], { severity: 4 });
  expect(card.findAll('[data-testid=evidence-missing]').map((one) => one.text())).toEqual([
    '没有录像和抓拍：蓝色报警不取证。',
  ]);
});

it('locks with a reason, by who may', async () => {
  expect(show([clip()], {}, 'operator').find('[data-testid=evidence-lock]').exists()).toBe(false);
  answers.mockResolvedValue(Response.json(clip({ isLocked: true })));
  const card = show([clip()]);
  await card.get('[data-testid=evidence-lock]').trigger('click');
  await card.get('[data-testid=lock-reason]').setValue(' 已立案 ');
  await card.get('form').trigger('submit');
  await vi.waitFor(() => expect(card.find('[data-testid=evidence-locked]').exists()).toBe(true));
  const [[url, init] = []] = answers.mock.calls;
  expect([url, JSON.parse(String(init?.body))]).toEqual([`${URL}/lock`, { isLocked: true, note: '已立案' }]);
});

it('says in words that this browser cannot play H.265, and the way out', async () => {
  answers.mockResolvedValue(new Response('ftypisomhvc1', { status: 206 }));
  const card = show([clip()]);
  await card.get('video').trigger('error');
  await vi.waitFor(() => expect(card.get('[data-testid=clip-trouble]').attributes('data-trouble')).toBe('h265'));
  expect(card.get('[data-testid=clip-trouble]').text()).toContain('可下载带水印的副本');
});
