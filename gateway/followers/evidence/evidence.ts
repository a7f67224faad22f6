import { setTimeout as sleep } from 'node:timers/promises';
import type { Alarm, AlarmId, Evidence } from '../../domain/alarm.ts';
import type { Snapshot } from '../../domain/camera.ts';
import type { DeviceId } from '../../domain/device.ts';
import { failed, type Result } from '../../domain/result.ts';
import type { JournalQueries, Recorded } from '../../journal/journal.ts';
import { type Follower, type FollowerPorts, runFollower } from '../follower.ts';
import { FailingCameras } from './failing-cameras.ts';
import { Slots } from './slots.ts';
import { evidenceUrl, snapshotName, storeEvidence } from './store.ts';

/** Snapshots at once: each may open a stream and decode a picture, and the wall has the same two cores. */
const SNAPSHOTS_AT_ONCE = 4;
/** A camera that has given no picture by then gives none. */
const SNAPSHOT_WITHIN_MS = 10_000;
/** After that the picture would show another moment than the alarm's, and pass for evidence of it. */
const ALARM_MAX_AGE_MS = 120_000;
/** Severities 1 to 3 get a picture; blue alarms are too many and too small. */
const SEVERITY_MAX = 3;
/**
 * Batches under way at once, so that the alarms behind one with a dead camera get their pictures in time: what a busy
 * journal commits in SNAPSHOT_WITHIN_MS. One that only waits for its turn to move the cursor is a few hundred bytes.
 */
const BATCHES_AT_ONCE = 4_096;

export type SnapshotFault = Readonly<{ reason: string; text: string }>;

export type EvidencePorts = Omit<FollowerPorts, 'name' | 'handle' | 'inFlightMax'> &
  Readonly<{
    queries: Pick<JournalQueries, 'alarm'>;
    /** `stop` says that nobody waits for the picture any more. */
    takeSnapshot(camera: DeviceId, stop: AbortSignal): Promise<Result<Snapshot, SnapshotFault>>;
    /** Appends an `evidence-added` entry. */
    addEvidence(alarm: AlarmId, evidence: Evidence): Promise<void>;
    dataDir: string;
  }>;

/** `late`: the alarm was too old; `resting`: the camera had failed seconds before. */
export type EvidenceCounts = Readonly<{ taken: number; failed: number; late: number; resting: number }>;
export type EvidenceFollower = Follower & Readonly<{ counts(): EvidenceCounts }>;

/** Takes a picture (取证) from the nearest camera of each newly raised alarm of severity 1 to 3. */
export function takeEvidence(ports: EvidencePorts): EvidenceFollower {
  const snapshots = new AlarmSnapshots(ports);
  const follower = runFollower({
    ...ports,
    name: 'evidence',
    inFlightMax: BATCHES_AT_ONCE,
    handle: async ({ entries }, stop) => {
      // All are waited for, also when one throws: the cursor must not pass an alarm that is still being tried.
      const done = await Promise.allSettled(entries.map((recorded) => snapshots.follow(recorded, stop)));
      const broken = done.find((one) => one.status === 'rejected');
      if (broken !== undefined) throw broken.reason;
    },
  });
  return { ...follower, counts: () => snapshots.counts };
}

class AlarmSnapshots {
  readonly #ports: EvidencePorts;
  readonly #slots = new Slots(SNAPSHOTS_AT_ONCE);
  readonly #failing: FailingCameras;
  readonly counts = { taken: 0, failed: 0, late: 0, resting: 0 };

  constructor(ports: EvidencePorts) {
    this.#ports = ports;
    this.#failing = new FailingCameras(ports.now);
  }

  async follow({ entry, at }: Recorded, stop: AbortSignal): Promise<void> {
    if (entry.kind !== 'raised' || entry.raised.severity > SEVERITY_MAX) return;
    const { raised } = entry;
    const [camera] = raised.cameras;
    if (camera !== undefined) await this.#slots.run(() => this.#picture(raised, camera, at, stop));
  }

  async #picture(alarm: Alarm, camera: DeviceId, takenAt: number, stop: AbortSignal): Promise<void> {
    if (stop.aborted) throw new Error('stopped before the snapshot');
    if (this.#hasPicture(alarm.id, camera)) return; // the gateway died between the effect and the cursor
    if (this.#ports.now() - takenAt > ALARM_MAX_AGE_MS) return void this.counts.late++;
    if (this.#failing.isResting(camera)) return void this.counts.resting++;
    const snapshot = await this.#snapshotInTime(camera, stop);
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
  async #snapshotInTime(camera: DeviceId, stop: AbortSignal): Promise<Result<Snapshot, SnapshotFault>> {
    const over = new AbortController();
    const giveUp = AbortSignal.any([stop, over.signal]);
    const timeLimit = sleep(SNAPSHOT_WITHIN_MS, 'late' as const, { signal: giveUp }).catch(() => 'stopped' as const);
    try {
      const first = await Promise.race([this.#ports.takeSnapshot(camera, giveUp), timeLimit]);
      if (first === 'stopped') throw new Error('stopped during the snapshot'); // no word on the camera: once more after the start
      return first === 'late' ? failed({ reason: 'no-answer', text: `no picture in ${SNAPSHOT_WITHIN_MS} ms` }) : first;
    } finally {
      over.abort();
    }
  }

  async #keep(alarm: Alarm, camera: DeviceId, { jpeg, at }: Snapshot): Promise<void> {
    const name = snapshotName(alarm.id, camera);
    const sha256 = await storeEvidence(this.#ports.dataDir, alarm, name, jpeg);
    await this.#ports.addEvidence(alarm.id, { kind: 'snapshot', url: evidenceUrl(alarm.id, name), at, camera, sha256 });
  }

  #noPicture(alarm: AlarmId, camera: DeviceId, { reason, text }: SnapshotFault): void {
    this.counts.failed++;
    if (this.#failing.failed(camera)) this.#ports.log.warn({ alarm, camera, reason, text }, 'no snapshot for an alarm');
  }
}
