import { unescape as unescapeUrl } from 'node:querystring';
import type { Quality, StreamSource } from '../../gateway/domain/camera.ts';
import type { Connection, Device, DeviceDirectory, DeviceId } from '../../gateway/domain/device.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import type { CameraNetworks } from './address.ts';
import type { CameraStatus } from './camera.ts';
import { type CameraFault, cameraFault } from './camera-fault.ts';
import type { CameraDescription } from './control.ts';
import { urlOf } from './link.ts';

const RTSP = 'rtsp';
/** It sends its pictures by itself: the video plane has them under this address. */
const PUSH = 'rtmp-push';
/** A tag `sub:rtsp://…` names the small stream; without one the main stream serves both. */
const SUB = 'sub:';

/** Cameras that only give a picture: all that is known of them is what the operator entered. */
export interface RtspCameras {
  has(id: DeviceId): boolean;
  describe(id: DeviceId): Result<CameraDescription, CameraFault> | undefined;
  source(id: DeviceId, quality: Quality): Promise<Result<StreamSource, CameraFault> | undefined>;
  status(): readonly CameraStatus[];
}

export function createRtspCameras(directory: DeviceDirectory, networks: CameraNetworks): RtspCameras {
  const find = (id: DeviceId): Device | undefined => {
    const device = directory.find(id);
    return (device?.profile === RTSP || device?.profile === PUSH) && device.enabled ? device : undefined;
  };
  return {
    has: (id) => find(id) !== undefined,
    describe: (id) => {
      const device = find(id);
      return device === undefined ? undefined : describe(device);
    },
    source: async (id, quality) => {
      const device = find(id);
      if (device === undefined) return undefined;
      const found = sourceOf(device, quality);
      if (!found.ok || device.profile === PUSH) return found;
      const admitted = await networks.admit(new URL(found.value.connection.url).hostname);
      return admitted.ok ? found : admitted;
    },
    status: () =>
      [RTSP, PUSH]
        .flatMap((profile) => directory.byProfile(profile))
        .filter(({ enabled }) => enabled)
        .map(({ id }) => ({ device: id, state: 'rtsp-only', since: 0 })),
  };
}

function sourceOf(device: Device, quality: Quality): Result<StreamSource, CameraFault> {
  if (device.profile === PUSH) return ok({ camera: device.id, quality, connection: { url: `push:${device.id}` } });
  const { connection, tags = [] } = device;
  const sub = quality === 'sub' ? tags.find((tag) => tag.startsWith(SUB))?.slice(SUB.length) : undefined;
  const entered = connection === undefined ? undefined : { ...connection, url: sub ?? connection.url };
  if (entered === undefined || urlOf(entered, ['rtsp:', 'rtsps:', 'http:']) === undefined) {
    return failed(cameraFault('bad-answer', 'connection.url must be rtsp://, or http:// for a tunnel'));
  }
  return ok({ camera: device.id, quality, connection: withoutLogin(entered) });
}

/** Operators paste `rtsp://user:password@host/…`: from here on the login travels apart from the URL. */
function withoutLogin(entered: Connection): Connection {
  const url = new URL(entered.url);
  const { username, password } = url;
  if (username === '') return entered;
  url.username = '';
  url.password = '';
  const login = { username: unescapeUrl(username), password: unescapeUrl(password) };
  return { ...login, ...entered, url: url.href };
}

function describe(device: Device): Result<CameraDescription, CameraFault> {
  const main = sourceOf(device, 'main');
  if (!main.ok) return main;
  const profiles = (['main', 'sub'] as const).flatMap((quality) => {
    const found = sourceOf(device, quality);
    if (!found.ok) return [];
    return [
      { token: quality, name: quality, encoding: undefined, width: 0, height: 0, url: found.value.connection.url },
    ];
  });
  const nothing = { model: undefined, hasPtz: false, services: [], conformance: [], snapshotUrl: undefined };
  return ok({ device: device.id, ...nothing, profiles });
}
