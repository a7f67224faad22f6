import { defineStore } from 'pinia';
import { shallowRef, triggerRef } from 'vue';
import type { Device } from '../../../gateway/http/contract/devices.ts';
import type { Problem } from '../../../gateway/http/contract/problem.ts';
import { ask, query } from '../api/request.ts';
import { useLive } from '../live/live-store.ts';

type DevicePage = { items: Device[]; next?: string; seq: number };
export type DeviceWish = Readonly<{ kind?: readonly Device['kind'][]; region?: string }>;

const PAGE = 1_000;
/** More are not held in a page: a list of the whole city comes in pages of its own. */
const DEVICES_MAX = 20_000;

/** Devices this page has met, with the feed's word on whether they are there. */
export const useDevices = defineStore('devices', () => {
  const held = shallowRef(new Map<string, Device>());
  /** Ids on their way; and those the gateway does not show us, so that nobody asks again and again. */
  const asked = new Set<string>();

  useLive().follow({
    device({ id, online, at }) {
      const device = held.value.get(id);
      if (device === undefined) return;
      // Without a word on whether it is there, its record was changed or removed.
      if (online === undefined) return void fetchAgain(id);
      held.value.set(id, { ...device, online, lastSeenAt: at });
      triggerRef(held);
    },
  });

  const byId = (id: string): Device | undefined => held.value.get(id);

  /** Fetches the device once; afterwards `byId` knows it. */
  async function want(id: string): Promise<void> {
    if (asked.has(id) || held.value.has(id)) return;
    asked.add(id);
    const answer = await ask<Device>(`/devices/${encodeURIComponent(id)}`);
    if (answer.ok) put([answer.value]);
  }

  async function fetchAgain(id: string): Promise<void> {
    const answer = await ask<Device>(`/devices/${encodeURIComponent(id)}`);
    if (answer.ok) return put([answer.value]);
    if (answer.problem.status === 404) held.value.delete(id);
    triggerRef(held);
  }

  function put(devices: readonly Device[]): void {
    for (const device of devices) held.value.set(device.id, device);
    triggerRef(held);
  }

  /** All devices that fit, page by page; a problem ends it, with what came until then held. */
  async function list(wish: DeviceWish): Promise<{ devices: readonly Device[]; problem: Problem | undefined }> {
    const devices: Device[] = [];
    let cursor: string | undefined;
    do {
      const path = `/devices${query({ kind: wish.kind, region: wish.region, limit: PAGE, cursor })}`;
      const answer = await ask<DevicePage>(path);
      if (!answer.ok) return { devices, problem: answer.problem };
      devices.push(...answer.value.items);
      put(answer.value.items);
      cursor = answer.value.next;
    } while (cursor !== undefined && devices.length < DEVICES_MAX);
    return { devices, problem: undefined };
  }

  const nameOf = (id: string): string => byId(id)?.name ?? id;

  return { byId, nameOf, want, list };
});
