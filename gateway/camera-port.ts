import type { OnvifAdapter } from '../adapters/onvif/adapter.ts';
import { QUALITIES } from './domain/camera.ts';
import type { DeviceId } from './domain/device.ts';
import { ok } from './domain/result.ts';
import type { Cameras } from './http/ports.ts';

/** Cameras kept by what they offer: a city's cameras at some hundred bytes each. */
const KEPT_MAX = 20_000;
/** What a camera offers changes when somebody reconfigures it: found out within this time. */
const KEPT_MS = 300_000;
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

  return { streamsOf, sourceOf: (id, quality) => adapter.source(id, quality), ptz: (id, act) => adapter.ptz(id, act) };
}
