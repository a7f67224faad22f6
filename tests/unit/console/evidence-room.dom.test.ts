// @vitest-environment happy-dom
import { mount } from '@vue/test-utils';
import { expect, it } from 'vitest';
import { i18n } from '../../../console/src/i18n/i18n.ts';
import EvidenceRoom from '../../../console/src/system/EvidenceRoom.vue';

const GIB = 1024 ** 3;
const room = { bytes: 10 * GIB, maxBytes: 50 * GIB, lockedBytes: 2 * GIB, removedForRoom: 0 };
const show = (more: Partial<typeof room & { lastRoomAt: string }> = {}) =>
  mount(EvidenceRoom, { props: { room: { ...room, ...more } }, global: { plugins: [i18n] } }).text();

it('says how full the room for evidence is, and what is locked in it', () => {
  expect(show()).toContain('已用 10.0 GB，配额 50.0 GB（20 %）');
  expect(show()).toContain('锁定 2.0 GB');
  expect(show()).not.toContain('将满');
});

it('says when it is nearly full, and what had to go before its time', () => {
  expect(show({ bytes: 40 * GIB })).toContain('将满');
  const at = new Date(2026, 10, 24, 20, 40).toISOString();
  expect(show({ removedForRoom: 7, lastRoomAt: at })).toContain('提前清除 7 个文件，最近一次 2026-11-24 20:40:00');
});
