// @vitest-environment happy-dom
import { flushPromises, mount } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { i18n } from '../../../console/src/i18n/i18n.ts';
import PtzPad from '../../../console/src/video/PtzPad.vue';
import ZoomBox from '../../../console/src/video/ZoomBox.vue';
import type { PtzState } from '../../../gateway/http/contract/video.ts';

const NOW = Date.parse('2026-11-25T03:00:00.000Z');
const until = (s: number): string => new Date(NOW + s * 1000).toISOString();
const FREE: PtzState = { turns: true, zoomsTo: true, presets: [{ token: '1', name: '道口' }], mayTake: true };
const CITY = { name: '席 A', role: 'operator', centre: '360900000000', isSelf: false } as const;
const tree = { items: [{ code: '360900000000', name: '宜春市', level: 'city' }] };

let state: PtzState;
let refusal: object | undefined;
const orders: unknown[] = [];
const mounted: { unmount(): void }[] = [];
beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  setActivePinia(createPinia());
  [state, refusal] = [FREE, undefined];
  orders.length = 0;
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    if (url.endsWith('/regions')) return Response.json(tree);
    if (init.method !== 'POST') return Response.json(state);
    orders.push(JSON.parse(String(init.body)));
    return refusal === undefined ? new Response(null, { status: 204 }) : Response.json(refusal, { status: 409 });
  });
});
afterEach(() => {
  for (const one of mounted.splice(0)) one.unmount();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function show() {
  const pad = mount(PtzPad, { props: { camera: 'k812' }, global: { plugins: [i18n] }, attachTo: document.body });
  mounted.push(pad);
  await flushPromises();
  return pad;
}
const acts = () => orders.map((order) => (order as { act: string }).act);

it('says in words who steers and for how long, and lets nobody press in vain', async () => {
  state = { ...FREE, holder: CITY, until: until(12), mayTake: false };
  const pad = await show();
  expect(pad.get('[data-testid=ptz-holder]').text()).toBe('由 宜春市中心 值班员 席 A 控制，12 秒后可用');
  expect(pad.get('button.turn').attributes('disabled')).toBeDefined();
  expect(pad.find('[data-testid=ptz-release]').exists()).toBe(false);
  await pad.trigger('keydown', { key: 'ArrowLeft' });
  expect(orders).toEqual([]);
  state = { ...state, mayTake: true };
  await vi.advanceTimersByTimeAsync(3_000);
  expect(pad.get('[data-testid=ptz-holder]').text()).toContain('操作即接管');
  expect(pad.get('button.turn').attributes('disabled')).toBeUndefined();
});

it('moves by held arrow keys, stops when they are let go, and gives the camera back by a button', async () => {
  const pad = await show();
  await pad.trigger('keydown', { key: 'ArrowLeft' });
  await pad.trigger('keydown', { key: 'ArrowLeft', repeat: true });
  await vi.advanceTimersByTimeAsync(700);
  state = { ...FREE, holder: { ...CITY, isSelf: true }, until: until(15) };
  await pad.trigger('keyup', { key: 'ArrowUp' });
  await pad.trigger('keyup', { key: 'ArrowLeft' });
  await flushPromises();
  expect(acts()).toEqual(['move', 'move', 'stop']);
  expect(orders[0]).toMatchObject({ pan: -0.5, tilt: 0, zoom: 0, timeoutMs: 1_500 });
  expect(pad.get('[data-testid=ptz-holder]').text()).toMatch(/你正在控制，1\d 秒后释放/);
  await pad.get('[data-testid=ptz-release]').trigger('click');
  expect(acts().slice(-1)).toEqual(['release']);
});

it('moves by mouse and finger alike, and stops when the finger slides off or the pad goes away', async () => {
  const pad = await show();
  const button = pad.get('[aria-label="向上转（按住）"]');
  await button.trigger('pointerdown');
  await button.trigger('pointerleave');
  await flushPromises();
  expect(acts()).toEqual(['move', 'stop']);
  await button.trigger('pointerdown');
  await flushPromises();
  mounted.pop()?.unmount();
  await flushPromises();
  expect(acts()).toEqual(['move', 'stop', 'move', 'stop']);
});

it('shows who took the camera as soon as it is refused, and stops pressing', async () => {
  const pad = await show();
  const holder = { ...CITY, role: 'dispatcher' };
  refusal = { type: 'fengsui:ptz-held', title: '', status: 409, holder, until: until(15) };
  await pad.get('button.turn').trigger('pointerdown');
  await vi.advanceTimersByTimeAsync(2_000);
  expect(acts()).toEqual(['move']);
  expect(pad.get('[data-testid=ptz-holder]').text()).toMatch(/由 宜春市中心 调度员 席 A 控制，\d+ 秒后可用/);
});

it('goes to a preset, and offers the box only where the camera can', async () => {
  const pad = await show();
  await pad.get('select').setValue('1');
  expect(orders).toEqual([{ act: 'preset', preset: '1' }]);
  await pad.get('[data-testid=ptz-zoom-to]').trigger('click');
  expect(pad.emitted('update:drawing')).toEqual([[true]]);
  state = { ...FREE, zoomsTo: false };
  await vi.advanceTimersByTimeAsync(3_000);
  expect(pad.find('[data-testid=ptz-zoom-to]').exists()).toBe(false);
  state = { turns: false, zoomsTo: false, presets: [], mayTake: true };
  await vi.advanceTimersByTimeAsync(3_000);
  expect(pad.find('[data-testid=ptz-pad]').exists()).toBe(false);
});

it('draws a box over the picture and hands it on; Escape puts it away', async () => {
  const area = mount(ZoomBox, { global: { plugins: [i18n] }, attachTo: document.body });
  mounted.push(area);
  area.element.getBoundingClientRect = () => new DOMRect(100, 50, 640, 360);
  await area.trigger('pointerdown', { clientX: 260, clientY: 140 });
  await area.trigger('pointermove', { clientX: 300, clientY: 200 });
  expect(area.get('[data-testid=zoom-box]').attributes('style')).toContain('width: 40px');
  await area.trigger('pointerup', { clientX: 420, clientY: 230 });
  expect(area.emitted('drawn')).toEqual([[{ x: 0.25, y: 0.25, width: 0.25, height: 0.25 }]]);
  await area.trigger('keydown', { key: 'Escape' });
  expect(area.emitted('cancel')?.length).toBe(1);
});

it('zooms by the wheel, as one movement that ends when the wheel rests', async () => {
  const pad = await show();
  for (let turn = 0; turn < 4; turn++) {
    pad.vm.wheel(new WheelEvent('wheel', { deltaY: -100 }));
    await vi.advanceTimersByTimeAsync(100);
  }
  await vi.advanceTimersByTimeAsync(1_000);
  expect(acts()).toEqual(['move', 'stop']);
  expect(orders[0]).toMatchObject({ pan: 0, tilt: 0, zoom: 0.5 });
});
