import type { OnvifAdapter } from '../adapters/onvif/adapter.ts';
import { type PtzAbilities, QUALITIES } from './domain/camera.ts';
import type { DeviceId } from './domain/device.ts';
import { ok } from './domain/result.ts';
import type { Cameras } from './http/ports.ts';
import { PtzDesk } from './ptz-desk.ts';

/** Cameras kept by what they offer: a city's cameras at some hundred bytes each. */
const KEPT_MAX = 20_000;
/** What a camera offers changes when somebody reconfigures it: found out within this time. */
const KEPT_MS = 300_000;
/** A preset that somebody set on the camera is seen within this time. */
const ABILITIES_KEPT_MS = 30_000;
const NO_HEAD: PtzAbilities = { turns: false, zoomsTo: false, presets: [] };
/** What a camera speaks that does not say; what it really sends is seen when the stream opens. */
const UNSAID = 'h264';

type Streams = Extract<Awaited<ReturnType<Cameras['streamsOf']>>, { ok: true }>['value'];

/** The cameras as the API asks for them, over the adapter that speaks to them. */
export function cameraPort(adapter: OnvifAdapter, now: () => number): Cameras {
  const kept = new Map<DeviceId, Readonly<{ streams: Streams; until: number }>>();

  const streamsOf: Cameras['streamsOf'] = async (id) => {
    const known = kept.get(id);
    if (known !== undefined && known.until > now()) return ok(known.streams);
    const described = await adapter.describe(id);
    if (!described.ok) return described;
    const bySize = [...described.value.profiles].sort((a, b) => b.width * b.height - a.width * a.height);
    const streams = QUALITIES.map((quality) => {
      const profile = quality === 'main' ? bySize[0] : bySize.at(-1);
      return { quality, codec: profile?.encoding?.replace('.', '').toLowerCase() ?? UNSAID };
    });
    if (kept.size >= KEPT_MAX) kept.clear();
    kept.set(id, { streams, until: now() + KEPT_MS });
    return ok(streams);
  };

  const able = new Map<DeviceId, Readonly<{ abilities: PtzAbilities; until: number }>>();
  const ptzAbilities: Cameras['ptzAbilities'] = async (id) => {
    const known = able.get(id);
    if (known !== undefined && known.until > now()) return ok(known.abilities);
    const asked = await adapter.ptzAbilities(id);
    if (!asked.ok && asked.error.reason !== 'not-supported') return asked;
    const abilities = asked.ok ? asked.value : NO_HEAD;
    if (able.size >= KEPT_MAX) able.clear();
    able.set(id, { abilities, until: now() + ABILITIES_KEPT_MS });
    return ok(abilities);
  };

  return {
    streamsOf,
    sourceOf: (id, quality) => adapter.source(id, quality),
    replayOf: (id, recording) => adapter.replay(id, recording),
    recordings: (id, window) => adapter.recordings(id, window),
    ptzAbilities,
    ptz: new PtzDesk((id, act) => adapter.ptz(id, act), now),
  };
}
