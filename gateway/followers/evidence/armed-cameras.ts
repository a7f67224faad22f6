import type { Logger } from 'pino';
import type { StreamSource } from '../../domain/camera.ts';
import type { Device, DeviceId } from '../../domain/device.ts';
import type { Result } from '../../domain/result.ts';
import type { DeviceRegistry } from '../../registry/registry.ts';
import type { SnapshotFault } from './ports.ts';
import { Slots } from './slots.ts';

export type ArmingPorts = Readonly<{
  registry: Pick<DeviceRegistry, 'list' | 'onChange'>;
  /** Where the camera's stream is had; it may ask the camera, so it takes a while. */
  sourceOf(camera: DeviceId): Promise<Result<StreamSource, SnapshotFault>>;
  /** These and no others keep their last seconds. */
  arm(sources: readonly StreamSource[]): void;
  /** Whether alarms of this type have `clip` among their linkages. */
  wantsClip(type: string): boolean;
  camerasMax: number;
  log: Logger;
}>;

/** Says that a camera is armed whatever sensors it has, or is never. */
const TAG = { armed: 'armed', never: 'unarmed' } as const;
/** Many devices change together when a list is read in. */
const GATHER_MS = 1_000;
/** A camera that was away is asked again, and one that is there once more: addresses change. */
const ASK_AGAIN_MS = 60_000;
const ASK_ANEW_MS = 600_000;
/** A camera locks an account after some wrong passwords. */
const ASK_AFTER_REFUSAL_MS = 300_000;
const ASKED_AT_ONCE = 8;

type Asked = Readonly<{ source: StreamSource | undefined; againAt: number }>;

/**
 * Which cameras keep their last seconds (预录): those tagged `armed`, those whose own words mean alarms with a clip, and
 * the nearest one of each sensor; those that most sensors name first, up to the bound. `unarmed` takes one out.
 */
export class ArmedCameras {
  readonly #ports: ArmingPorts;
  readonly #slots = new Slots(ASKED_AT_ONCE);
  readonly #asked = new Map<DeviceId, Asked>();
  readonly #now: () => number;
  #wanted: readonly DeviceId[] = [];
  #changes = 0;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #sent = '';

  constructor(ports: ArmingPorts, now: () => number) {
    this.#ports = ports;
    this.#now = now;
  }

  /** Arms from now on, and answers the way to stop. */
  start(): () => void {
    const unfollow = this.#ports.registry.onChange((id) => {
      const known = this.#asked.get(id);
      if (known !== undefined) this.#asked.set(id, { ...known, againAt: 0 }); // its address may be what changed
      this.#changes += 1;
      this.#lookIn(GATHER_MS);
    });
    this.#lookIn(0);
    return () => {
      this.#isStopped = true;
      clearTimeout(this.#timer);
      unfollow();
    };
  }

  /** The stream that is kept for this camera; undefined for one that is not armed or could not be asked. */
  sourceOf = (camera: DeviceId): StreamSource | undefined =>
    this.#wanted.includes(camera) ? this.#asked.get(camera)?.source : undefined;

  #lookIn(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#isStopped) this.#timer = setTimeout(() => void this.#look(), ms);
  }

  async #look(): Promise<void> {
    const changes = this.#changes;
    this.#wanted = this.#choose();
    for (const id of this.#asked.keys()) if (!this.#wanted.includes(id)) this.#asked.delete(id);
    const due = this.#wanted.filter((id) => (this.#asked.get(id)?.againAt ?? 0) <= this.#now());
    await Promise.all(due.map((id) => this.#slots.run(() => this.#ask(id))));
    if (this.#isStopped) return;
    this.#send();
    this.#lookIn(this.#changes === changes ? ASK_AGAIN_MS : GATHER_MS);
  }

  async #ask(id: DeviceId): Promise<void> {
    const changes = this.#changes;
    const found = await this.#ports.sourceOf(id);
    const againAt = this.#changes === changes ? this.#now() + waitAfter(found) : 0;
    // Away for now: the stream that is known may go on.
    this.#asked.set(id, { source: found.ok ? found.value : this.#asked.get(id)?.source, againAt });
  }

  #send(): void {
    const sources = this.#wanted.flatMap((id) => this.#asked.get(id)?.source ?? []);
    const text = JSON.stringify(sources);
    if (text === this.#sent) return;
    this.#sent = text;
    this.#ports.arm(sources);
    this.#ports.log.info({ armed: sources.length, wanted: this.#wanted.length }, 'cameras armed');
  }

  #choose(): readonly DeviceId[] {
    const votes = new Map<DeviceId, number>();
    const never = new Set<DeviceId>();
    const vote = (id: DeviceId, weight: number) => votes.set(id, (votes.get(id) ?? 0) + weight);
    for (const device of this.#ports.registry.list(undefined, Number.POSITIVE_INFINITY, () => true)) {
      const [nearest] = device.cameras ?? [];
      if (device.tags?.includes(TAG.never) === true) never.add(device.id);
      else if (device.kind === 'camera') {
        if (this.#isArmedItself(device)) vote(device.id, ARMED_WEIGHT);
      } else if (nearest !== undefined && device.enabled) vote(nearest, 1);
    }
    const ranked = [...votes].filter(([id]) => !never.has(id)).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
    return ranked.slice(0, this.#ports.camerasMax).map(([id]) => id);
  }

  #isArmedItself({ tags, types }: Device): boolean {
    return tags?.includes(TAG.armed) === true || Object.values(types ?? {}).some((type) => this.#ports.wantsClip(type));
  }
}

function waitAfter(found: Result<StreamSource, SnapshotFault>): number {
  if (found.ok) return ASK_ANEW_MS;
  return found.error.reason === 'not-authorized' ? ASK_AFTER_REFUSAL_MS : ASK_AGAIN_MS;
}

/** A camera that is armed by its own record goes before any number of sensors. */
const ARMED_WEIGHT = 1_000_000;
