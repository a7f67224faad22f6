import { pino } from 'pino';
import { createOnvifAdapter, type OnvifAdapter, type OnvifAdapterPorts } from '../../adapters/onvif/adapter.ts';
import type { EventTimes } from '../../adapters/onvif/event-ports.ts';
import type { Device, DeviceDirectory, DeviceId } from '../../gateway/domain/device.ts';
import type { Intake, Report } from '../../gateway/domain/signal.ts';
import { secret } from './told.ts';

/** Times short enough for a test, in the proportions of the real ones. */
export const QUICK_TIMES: EventTimes = {
  lifetimeMs: 4_000,
  pullLeastMs: 400,
  pullMostMs: 600,
  graceMs: 600,
  pullLimit: 100,
  emptyPullLeastMs: 0,
  backoffLeastMs: 20,
  backoffMostMs: 200,
  notAuthorizedMs: 60_000,
  noEventsMs: 60_000,
  unsubscribeMs: 1_000,
};

/** A registry in memory whose records a test may change. */
export class TestDirectory implements DeviceDirectory {
  readonly #devices = new Map<DeviceId, Device>();
  readonly #listeners = new Set<(id: DeviceId, device: Device | undefined) => void>();

  put(...devices: readonly Device[]): void {
    for (const device of devices) {
      this.#devices.set(device.id, device);
      for (const listener of this.#listeners) listener(device.id, device);
    }
  }
  remove(id: DeviceId): void {
    this.#devices.delete(id);
    for (const listener of this.#listeners) listener(id, undefined);
  }
  find = (id: DeviceId): Device | undefined => this.#devices.get(id);
  byProfile = (profile: string): readonly Device[] =>
    [...this.#devices.values()].filter((one) => one.profile === profile);
  onChange(listener: (id: DeviceId, device: Device | undefined) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** An intake that keeps what it took, tells of each arrival, and can be made to refuse. */
export class TestIntake implements Intake {
  readonly reports: Report[] = [];
  refusals = 0;
  #refusing = false;
  #waiting: (() => void)[] = [];

  refuse(isRefusing: boolean): void {
    this.#refusing = isRefusing;
  }
  async accept(reports: readonly Report[]): Promise<void> {
    if (this.#refusing) {
      this.refusals += 1;
      this.#wake();
      throw new Error('the journal is full');
    }
    this.reports.push(...reports);
    this.#wake();
  }
  /** Resolves when `isThere` holds, asked after every arrival. */
  async until(isThere: () => boolean): Promise<void> {
    while (!isThere()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
  /** What came of one device, by kind. */
  of<Kind extends Report['kind']>(kind: Kind, device?: DeviceId): readonly Extract<Report, { kind: Kind }>[] {
    const isOne = (report: Report): report is Extract<Report, { kind: Kind }> =>
      report.kind === kind && (device === undefined || report.device === device);
    return this.reports.filter(isOne);
  }
  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

export const cameraDevice = (id: DeviceId, url: string, more: Partial<Device> = {}): Device => ({
  id,
  kind: 'camera',
  profile: 'onvif',
  name: id,
  region: '360902001001',
  place: {},
  connection: { url, username: 'admin', password: secret('密码 Fengsui-1') },
  enabled: true,
  version: 1,
  ...more,
});

/** An adapter on loopback with quick times; the caller stops it. */
export function onvifAdapter(
  directory: DeviceDirectory,
  intake: Intake,
  more: Partial<OnvifAdapterPorts> = {},
): OnvifAdapter {
  return createOnvifAdapter({
    directory,
    intake,
    deviceNetworks: ['127.0.0.0/8'],
    log: pino({ level: process.env['FENGSUI_LOG_LEVEL'] ?? 'silent' }),
    now: Date.now,
    random: Math.random,
    times: QUICK_TIMES,
    ...more,
  });
}
