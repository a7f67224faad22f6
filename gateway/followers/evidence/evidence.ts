import type { Recorded } from '../../journal/journal.ts';
import { type Follower, runFollower } from '../follower.ts';
import { AlarmClips } from './clips.ts';
import type { EvidencePorts } from './ports.ts';
import { Slots } from './slots.ts';
import { AlarmSnapshots } from './snapshots.ts';

/** Snapshots at once: each may open a stream and decode a picture, and the wall has the same two cores. */
const SNAPSHOTS_AT_ONCE = 4;
/** After that the picture would show another moment than the alarm's, and pass for evidence of it. */
const ALARM_MAX_AGE_MS = 120_000;
/** Severities 1 to 3 get a picture; blue alarms are too many and too small. */
const SEVERITY_MAX = 3;
/**
 * Batches under way at once, so that the alarms behind one with a dead camera get their pictures in time: what a busy
 * journal commits in the ten seconds of a snapshot or a clip. One that only waits for its turn to move the cursor is a
 * few hundred bytes.
 */
const BATCHES_AT_ONCE = 4_096;

/** `late`: the alarm was too old; `resting`: the camera had failed seconds before; `shared`: two alarms have one clip. */
export type EvidenceCounts = Readonly<{
  taken: number;
  failed: number;
  late: number;
  resting: number;
  clips: Readonly<{ taken: number; shared: number; failed: number }>;
}>;
export type EvidenceFollower = Follower & Readonly<{ counts(): EvidenceCounts }>;

/** Takes a picture (取证) and a clip from the nearest camera of each newly raised alarm of severity 1 to 3. */
export function takeEvidence(ports: EvidencePorts): EvidenceFollower {
  const taking = new EvidenceTaking(ports);
  const follower = runFollower({
    ...ports,
    name: 'evidence',
    inFlightMax: BATCHES_AT_ONCE,
    // The cursor must not pass an alarm that is still being tried.
    handle: ({ entries }, stop) => {
      const raised = entries.filter(({ entry }) => entry.kind === 'raised');
      return allThrough(raised.map((recorded) => taking.follow(recorded, stop)));
    },
  });
  return { ...follower, counts: () => taking.counts() };
}

class EvidenceTaking {
  readonly #ports: EvidencePorts;
  readonly #slots = new Slots(SNAPSHOTS_AT_ONCE);
  readonly #snapshots: AlarmSnapshots;
  readonly #clips: AlarmClips;
  #late = 0;

  constructor(ports: EvidencePorts) {
    this.#ports = ports;
    this.#snapshots = new AlarmSnapshots(ports);
    this.#clips = new AlarmClips(ports);
  }

  counts = (): EvidenceCounts => ({ ...this.#snapshots.counts, late: this.#late, clips: this.#clips.counts });

  async follow({ entry, at }: Recorded, stop: AbortSignal): Promise<void> {
    if (entry.kind !== 'raised' || entry.raised.severity > SEVERITY_MAX) return;
    const { raised } = entry;
    const [camera] = raised.cameras;
    if (camera === undefined) return;
    const isLate = (): boolean => this.#ports.now() - at > ALARM_MAX_AGE_MS;
    // A clip waits for its end and costs nothing meanwhile; a snapshot decodes, and so takes its turn.
    const clip = async (): Promise<void> => {
      if (this.#ports.clip.isWanted(raised.type) && !isLate()) await this.#clips.take(raised, camera, stop);
    };
    const snapshot = async (): Promise<void> => {
      if (stop.aborted) throw new Error('stopped before the snapshot');
      if (isLate()) this.#late++;
      else await this.#snapshots.take(raised, camera, stop);
    };
    await allThrough([clip(), this.#slots.run(snapshot)]);
  }
}

/** Waits for all, also when one throws. */
async function allThrough(work: readonly Promise<void>[]): Promise<void> {
  const done = await Promise.allSettled(work);
  const broken = done.find((one) => one.status === 'rejected');
  if (broken !== undefined) throw broken.reason;
}
