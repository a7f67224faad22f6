import type { AlarmId, Evidence } from '../../domain/alarm.ts';
import type { ClipFile, ClipWish, Snapshot } from '../../domain/camera.ts';
import type { DeviceId } from '../../domain/device.ts';
import type { Result } from '../../domain/result.ts';
import type { JournalQueries } from '../../journal/journal.ts';
import type { FollowerPorts } from '../follower.ts';

/** How much before and after an alarm's moment its clip shows. */
export type ClipTimes = Readonly<{ beforeMs: number; afterMs: number }>;
/** Writes an MP4 of the window to `path`, synced; answers once the window is over. Reason `disk`: it was not taken. */
export type TakeClip = (camera: DeviceId, wish: ClipWish) => Promise<Result<ClipFile, SnapshotFault>>;

/** Why there is no picture: `reason` is a word of the camera's or the video plane's, `text` is for the log. */
export type SnapshotFault = Readonly<{ reason: string; text: string }>;

export type EvidencePorts = Omit<FollowerPorts, 'name' | 'handle' | 'inFlightMax'> &
  Readonly<{
    queries: Pick<JournalQueries, 'alarm'>;
    /** `stop` says that nobody waits for the picture any more, `moment` when the alarm came. */
    takeSnapshot(camera: DeviceId, stop: AbortSignal, moment: number): Promise<Result<Snapshot, SnapshotFault>>;
    clip: Readonly<{
      /** Whether alarms of this type have `clip` among their linkages (联动). */
      isWanted(type: string): boolean;
      take: TakeClip;
      /** Clips that are being taken end now, with what they have: the gateway stops. */
      end(): void;
      times: ClipTimes;
    }>;
    /** Appends an `evidence-added` entry. */
    addEvidence(alarm: AlarmId, evidence: Evidence): Promise<void>;
    dataDir: string;
  }>;
