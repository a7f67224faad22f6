import type { Logger } from 'pino';
import type { OnvifAdapter } from '../adapters/onvif/adapter.ts';
import type { Catalogue } from '../config/catalogue.ts';
import type { Settings } from '../config/settings.ts';
import type { VideoPlane } from '../streams/video-plane.ts';
import type { AlarmDesk } from './desk/desk.ts';
import type { StreamSource } from './domain/camera.ts';
import type { DeviceId } from './domain/device.ts';
import { ok, type Result } from './domain/result.ts';
import { ArmedCameras } from './followers/evidence/armed-cameras.ts';
import { type EvidenceFollower, takeEvidence } from './followers/evidence/evidence.ts';
import { type EvidenceFiles, evidenceFiles } from './followers/evidence/files.ts';
import { EvidenceKeeping } from './followers/evidence/keeping.ts';
import type { EvidencePorts, SnapshotFault } from './followers/evidence/ports.ts';
import { sweepUnfinished } from './followers/evidence/store.ts';
import type { JournalQueries } from './journal/journal.ts';
import type { DeviceRegistry } from './registry/registry.ts';

export type EvidenceParts = Readonly<{
  settings: Settings['evidence'];
  dataDir: string;
  catalogue: Pick<Catalogue, 'alarmTypes'>;
  registry: DeviceRegistry;
  desk: AlarmDesk;
  queries: JournalQueries;
  cameras: Pick<OnvifAdapter, 'source'>;
  video: VideoPlane;
  now: () => number;
  log: Logger;
  onStop: (close: () => Promise<void> | void) => void;
}>;

/** All that has to do with evidence (取证), put together. */
export type EvidenceHouse = Readonly<{
  files: EvidenceFiles;
  keeping: EvidenceKeeping;
  /** Keeps the last seconds of armed cameras from now on: once cameras can be asked. */
  arm(): void;
  follow(ports: Omit<EvidencePorts, 'queries' | 'takeSnapshot' | 'clip' | 'addEvidence' | 'dataDir'>): EvidenceFollower;
}>;

const MIB = 1024 ** 2;
/** An armed stream is kept for longer than a clip looks back: it begins with a key frame, every two seconds or so. */
const KEY_FRAME_MS = 2_000;

/** How far back the video plane keeps armed streams. */
export const ringOf = ({ clipBeforeS, ringMaxMiB }: Settings['evidence']) => ({
  keepMs: clipBeforeS * 1000 + KEY_FRAME_MS,
  maxBytes: ringMaxMiB * MIB,
});

export async function openEvidenceHouse(parts: EvidenceParts): Promise<EvidenceHouse> {
  const { settings, dataDir, registry, desk, queries, cameras, video, now, log, onStop } = parts;
  const swept = await sweepUnfinished(dataDir);
  if (swept > 0) log.info({ files: swept }, 'half written evidence swept away');
  const isWanted = (type: string): boolean => parts.catalogue.alarmTypes.get(type)?.linkages.includes('clip') ?? false;
  const armed = new ArmedCameras(
    {
      registry,
      sourceOf: (camera) => cameras.source(camera, settings.armedQuality),
      arm: (sources) => video.arm(sources),
      wantsClip: isWanted,
      camerasMax: settings.armedCamerasMax,
      log,
    },
    now,
  );
  const keeping = new EvidenceKeeping({
    dataDir,
    find: (id) => queries.alarm(id),
    desk,
    keepDays: { snapshot: settings.snapshotDays, clip: settings.clipDays, photo: settings.photoDays },
    maxBytes: settings.maxGiB * 1024 * MIB,
    now,
    log,
  });
  onStop(keeping.start());

  /** The stream that is kept already, so that the camera is not opened twice; else the full picture. */
  async function sourceOf(camera: DeviceId): Promise<Result<StreamSource, SnapshotFault>> {
    const kept = armed.sourceOf(camera);
    return kept === undefined ? cameras.source(camera, 'main') : ok(kept);
  }

  return {
    files: evidenceFiles(dataDir, desk),
    keeping,
    arm: () => onStop(armed.start()),
    follow: (ports) =>
      takeEvidence({
        ...ports,
        queries,
        dataDir,
        addEvidence: desk.addEvidence,
        takeSnapshot: async (camera, _stop, moment) => {
          const source = await sourceOf(camera);
          return source.ok ? video.snapshot(source.value, moment) : source;
        },
        clip: {
          isWanted,
          times: { beforeMs: settings.clipBeforeS * 1000, afterMs: settings.clipAfterS * 1000 },
          take: async (camera, wish) => {
            const source = await sourceOf(camera);
            return source.ok ? video.clip(source.value, wish) : source;
          },
          end: video.endClips.bind(video),
        },
      }),
  };
}
