import type { Logger } from 'pino';
import type { VideoPlane } from '../streams/video-plane.ts';
import type { Device, DeviceId } from './domain/device.ts';
import type { Intake } from './domain/signal.ts';
import type { DeviceRegistry } from './registry/registry.ts';
import type { Vault } from './registry/vault.ts';
import type { OnStop } from './surroundings.ts';

/** Cameras of this profile push by RTMP: encoders, drones. */
export const PUSH_PROFILE = 'rtmp-push';

export type PushParts = Readonly<{
  registry: Pick<DeviceRegistry, 'byProfile' | 'onChange'>;
  vault: Pick<Vault, 'pseudonym'>;
  video: Pick<VideoPlane, 'admitPushers' | 'onPushing'>;
  intake: Intake;
  /** Undefined: no camera can push. */
  rtmp: Readonly<{ host: string; port: number }> | undefined;
  onStop: OnStop;
  log: Logger;
}>;

/** What is entered at an encoder: its two fields. The second is a secret. */
export type PushAddress = Readonly<{ port: number; streamKey: string }>;
export type PushHouse = Readonly<{ addressOf(device: Device): PushAddress | undefined }>;

/**
 * Who may push, told to the video plane whenever the registry changes, and who does, told as presence. A camera's key
 * follows from the vault and its record: nothing is stored, and another `settings.pushKey` makes another one.
 */
export function openPushHouse({ registry, vault, video, intake, rtmp, onStop, log }: PushParts): PushHouse {
  const keyOf = ({ id, settings }: Device): string =>
    vault.pseudonym(`push address ${JSON.stringify([id, settings?.['pushKey'] ?? 1])}`);

  const admit = (): void => {
    const cameras = registry.byProfile(PUSH_PROFILE).filter(({ enabled }) => enabled);
    video.admitPushers(cameras.map((device) => ({ camera: device.id, key: keyOf(device) })));
  };
  /** Many devices change at once by an import: the plane is told once. */
  let isComing = false;
  const admitSoon = (): void => {
    if (isComing) return;
    isComing = true;
    setImmediate(() => {
      isComing = false;
      admit();
    });
  };

  const tell = (device: DeviceId, online: boolean): void => {
    intake
      .accept([{ kind: 'status', device, online }])
      .catch((error: unknown) => log.warn({ device, err: error }, 'whether it pushes waits for the journal'));
  };

  if (rtmp === undefined) return { addressOf: () => undefined };
  video.onPushing(tell);
  admit();
  onStop(registry.onChange(admitSoon));
  const addressOf: PushHouse['addressOf'] = (device) =>
    device.profile === PUSH_PROFILE ? { port: rtmp.port, streamKey: `${device.id}?key=${keyOf(device)}` } : undefined;
  return { addressOf };
}
