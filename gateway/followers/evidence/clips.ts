import { rm } from 'node:fs/promises';
import type { Alarm, AlarmId, Evidence } from '../../domain/alarm.ts';
import type { ClipFile, ClipWish } from '../../domain/camera.ts';
import type { DeviceId } from '../../domain/device.ts';
import type { Result } from '../../domain/result.ts';
import { FailingCameras } from './failing-cameras.ts';
import type { EvidencePorts, SnapshotFault } from './ports.ts';
import { clipName, evidenceUrl, finishFile, pathOf, shareFile, unfinishedPath } from './store.ts';

/** An alarm that comes so long before the end of another's clip still has its own moment and what follows in it. */
const SHARED_BEFORE_END_MS = 1000;

/** Trouble of this house and not of the camera: the clip is tried again, as long as its alarm is young. */
const OURS: ReadonlySet<string> = new Set(['disk', 'plane-away']);

/** A clip that was told to end writes what it has. */
const END_WITHIN_MS = 2000;

type Taken = ClipFile & Readonly<{ path: string }>;
type UnderWay = Readonly<{ to: number; taken: Promise<Result<Taken, SnapshotFault>> }>;

/** Clips (录像片段) of the nearest camera of alarms. Alarms of one camera that come together share one. */
export class AlarmClips {
  readonly #ports: EvidencePorts;
  readonly #failing: FailingCameras;
  /** By camera: at most as many as the video plane takes at once, each for its few seconds. */
  readonly #underWay = new Map<DeviceId, UnderWay>();
  readonly counts = { taken: 0, shared: 0, failed: 0 };

  constructor(ports: EvidencePorts) {
    this.#ports = ports;
    this.#failing = new FailingCameras(ports.now);
  }

  /** Rejects when it has to be tried again: the disk did not take it, or it did not end in time at the stop. */
  async take(alarm: Alarm, camera: DeviceId, stop: AbortSignal): Promise<void> {
    if (this.#hasClip(alarm.id, camera)) return; // the gateway died between the effect and the cursor
    const running = this.#underWay.get(camera);
    const isShared = running !== undefined && alarm.receivedAt <= running.to - SHARED_BEFORE_END_MS;
    if (!isShared && this.#failing.isResting(camera)) return;
    const clip = isShared ? await untilStopped(running.taken, stop) : await this.#lead(alarm, camera, stop);
    if (!clip.ok) return this.#noClip(alarm.id, camera, clip.error);
    const name = clipName(alarm.id, camera);
    if (isShared) await shareFile(clip.value.path, this.#ports.dataDir, alarm, name);
    await this.#ports.addEvidence(alarm.id, evidenceOf(alarm.id, camera, name, clip.value));
    this.counts[isShared ? 'shared' : 'taken']++;
  }

  #hasClip(alarm: AlarmId, camera: DeviceId): boolean {
    const evidence = this.#ports.queries.alarm(alarm)?.evidence ?? [];
    return evidence.some((one) => one.kind === 'clip' && one.camera === camera);
  }

  async #lead(alarm: Alarm, camera: DeviceId, stop: AbortSignal): Promise<Result<Taken, SnapshotFault>> {
    const { beforeMs, afterMs } = this.#ports.clip.times;
    const window = { from: alarm.receivedAt - beforeMs, to: alarm.receivedAt + afterMs };
    const taken = this.#record(alarm, camera, window);
    const mine = { to: window.to, taken };
    this.#underWay.set(camera, mine);
    const end = this.#ports.clip.end;
    stop.addEventListener('abort', end, { once: true });
    try {
      return await untilStopped(taken, stop);
    } finally {
      stop.removeEventListener('abort', end);
      if (this.#underWay.get(camera) === mine) this.#underWay.delete(camera);
    }
  }

  async #record(
    alarm: Alarm,
    camera: DeviceId,
    window: Pick<ClipWish, 'from' | 'to'>,
  ): Promise<Result<Taken, SnapshotFault>> {
    const { dataDir, clip } = this.#ports;
    const name = clipName(alarm.id, camera);
    const unfinished = await unfinishedPath(dataDir, alarm, name);
    const made = await clip.take(camera, { ...window, moment: alarm.receivedAt, path: unfinished });
    if (!made.ok) {
      await rm(unfinished, { force: true });
      if (OURS.has(made.error.reason)) throw new Error(made.error.text);
      return made;
    }
    await finishFile(unfinished, name);
    return { ok: true, value: { ...made.value, path: pathOf(dataDir, alarm, name) } };
  }

  #noClip(alarm: AlarmId, camera: DeviceId, { reason, text }: SnapshotFault): void {
    this.counts.failed++;
    if (this.#failing.failed(camera)) this.#ports.log.warn({ alarm, camera, reason, text }, 'no clip for an alarm');
  }
}

function evidenceOf(alarm: AlarmId, camera: DeviceId, name: string, clip: Taken): Evidence {
  const { from, to, sha256, bytes, note } = clip;
  const said = { kind: 'clip' as const, url: evidenceUrl(alarm, name), at: from, camera, sha256, bytes, from, to };
  return note === undefined ? said : { ...said, note };
}

/** Rejects some time after the stop, so that the clip is taken once more after the start, as far as it can still be had. */
async function untilStopped<T>(work: Promise<T>, stop: AbortSignal): Promise<T> {
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const onStop = (): void => {
    timer = setTimeout(() => reject(new Error('stopped during the clip')), END_WITHIN_MS);
  };
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) onStop();
  work.catch(() => undefined); // what comes of it later is nobody's any more
  try {
    return await Promise.race([work, stopped]);
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', onStop);
  }
}
