import { setTimeout as sleep } from 'node:timers/promises';
import type { Alarm, AlarmId } from '../../domain/alarm.ts';
import type { Snapshot } from '../../domain/camera.ts';
import type { DeviceId } from '../../domain/device.ts';
import { failed, type Result } from '../../domain/result.ts';
import { FailingCameras } from './failing-cameras.ts';
import type { EvidencePorts, SnapshotFault } from './ports.ts';
import { evidenceUrl, snapshotName, storeEvidence } from './store.ts';

/** A camera that has given no picture by then gives none. */
const SNAPSHOT_WITHIN_MS = 10_000;

/** Pictures of the moment of alarms, from their nearest camera. */
export class AlarmSnapshots {
  readonly #ports: EvidencePorts;
  readonly #failing: FailingCameras;
  readonly counts = { taken: 0, failed: 0, resting: 0 };

  constructor(ports: EvidencePorts) {
    this.#ports = ports;
    this.#failing = new FailingCameras(ports.now);
  }

  async take(alarm: Alarm, camera: DeviceId, stop: AbortSignal): Promise<void> {
    if (this.#hasPicture(alarm.id, camera)) return; // the gateway died between the effect and the cursor
    if (this.#failing.isResting(camera)) return void this.counts.resting++;
    const snapshot = await this.#snapshotInTime(alarm, camera, stop);
    if (!snapshot.ok) return this.#noPicture(alarm.id, camera, snapshot.error);
    this.#failing.succeeded(camera);
    await this.#keep(alarm, camera, snapshot.value);
    this.counts.taken++;
  }

  #hasPicture(alarm: AlarmId, camera: DeviceId): boolean {
    const evidence = this.#ports.queries.alarm(alarm)?.evidence ?? [];
    return evidence.some((one) => one.kind === 'snapshot' && one.camera === camera);
  }

  /** Answers within the time limit also when the port does not. */
  async #snapshotInTime(
    { receivedAt }: Alarm,
    camera: DeviceId,
    stop: AbortSignal,
  ): Promise<Result<Snapshot, SnapshotFault>> {
    const over = new AbortController();
    const giveUp = AbortSignal.any([stop, over.signal]);
    const timeLimit = sleep(SNAPSHOT_WITHIN_MS, 'late' as const, { signal: giveUp }).catch(() => 'stopped' as const);
    try {
      const first = await Promise.race([this.#ports.takeSnapshot(camera, giveUp, receivedAt), timeLimit]);
      if (first === 'stopped') throw new Error('stopped during the snapshot'); // no word on the camera: once more after the start
      return first === 'late' ? failed({ reason: 'no-answer', text: `no picture in ${SNAPSHOT_WITHIN_MS} ms` }) : first;
    } finally {
      over.abort();
    }
  }

  async #keep(alarm: Alarm, camera: DeviceId, { jpeg, at }: Snapshot): Promise<void> {
    const name = snapshotName(alarm.id, camera);
    const sha256 = await storeEvidence(this.#ports.dataDir, alarm, name, jpeg);
    const bytes = jpeg.length;
    const url = evidenceUrl(alarm.id, name);
    await this.#ports.addEvidence(alarm.id, { kind: 'snapshot', url, at, camera, sha256, bytes });
  }

  #noPicture(alarm: AlarmId, camera: DeviceId, { reason, text }: SnapshotFault): void {
    this.counts.failed++;
    if (this.#failing.failed(camera)) this.#ports.log.warn({ alarm, camera, reason, text }, 'no snapshot for an alarm');
  }
}
