import type { Device } from '../domain/device.ts';
import type { FigureQueries } from '../journal/journal.ts';
import type { DeviceRegistry } from '../registry/registry.ts';
import { KeptAnswers } from './kept-answers.ts';

export type Figures = { total: number; online: number; offline: number; intact: number };
export type DeviceFigures = Readonly<{
  at: number;
  all: Figures;
  byKind: ReadonlyMap<string, Figures>;
  /** By the division below the one that was asked for. */
  byRegion: ReadonlyMap<string, Figures>;
}>;

/** The types by which a device says that it is not well. */
const HEALTH = 'device.';
export type FiguresPorts = Readonly<{
  registry: Pick<DeviceRegistry, 'list' | 'presence'>;
  queries: Pick<FigureQueries, 'devicesWith'>;
  now: () => number;
}>;

/**
 * How many devices there are, are there, and are intact (完好率): enabled, online, and without an active alarm of their
 * own health.
 */
export class DeviceFigureBook {
  readonly #ports: FiguresPorts;
  readonly #kept: KeptAnswers<DeviceFigures>;

  constructor(ports: FiguresPorts) {
    this.#ports = ports;
    this.#kept = new KeptAnswers(ports.now);
  }

  /** `question` names what `accept` and `regionOf` do: the same question is answered from what was counted lately. */
  of(question: string, accept: (device: Device) => boolean, regionOf: (device: Device) => string): DeviceFigures {
    return this.#kept.of(question, (at) => this.#count(at, accept, regionOf));
  }

  #count(at: number, accept: (device: Device) => boolean, regionOf: (device: Device) => string): DeviceFigures {
    const { registry, queries } = this.#ports;
    const ill = queries.devicesWith(HEALTH);
    const [byKind, byRegion] = [new Map<string, Figures>(), new Map<string, Figures>()];
    const all = none();
    for (const device of registry.list(undefined, Number.POSITIVE_INFINITY, (one) => one.enabled && accept(one))) {
      const { online } = registry.presence(device.id);
      const isIntact = online && !ill.has(device.id);
      for (const figures of [all, rowOf(byKind, device.kind), rowOf(byRegion, regionOf(device))]) {
        figures.total += 1;
        figures[online ? 'online' : 'offline'] += 1;
        if (isIntact) figures.intact += 1;
      }
    }
    return { at, all, byKind, byRegion };
  }
}

const none = (): Figures => ({ total: 0, online: 0, offline: 0, intact: 0 });

function rowOf(rows: Map<string, Figures>, key: string): Figures {
  const row = rows.get(key) ?? none();
  rows.set(key, row);
  return row;
}

/** The middle of the values; undefined of none. */
export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 0 && low !== undefined && high !== undefined ? (low + high) / 2 : high;
}
