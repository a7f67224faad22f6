import type { Device, DeviceId, Presence } from '../domain/device.ts';
import type { Result } from '../domain/result.ts';
import { type Advice, adviceFor } from './camera-advice.ts';

/** How a camera's session is; the words of `CameraStatus`. */
export type CameraState = Readonly<{
  device: DeviceId;
  state: string;
  since: number;
  fault?: string;
  way?: 'pull' | 'push';
  clockOffsetMs?: number;
  unknownTopics?: Readonly<Record<string, number>>;
}>;

/** What a camera says of itself when it is asked. */
export type CameraTold = Readonly<{
  model: string | undefined;
  hasPtz: boolean;
  services: readonly string[];
  conformance: readonly string[];
  profiles: readonly Readonly<{ name: string; encoding: string | undefined; width: number; height: number }>[];
}>;

export type CameraReport = Readonly<{
  device: DeviceId;
  at: number;
  reachable: boolean;
  state: string;
  since: number | undefined;
  lastFault: string | undefined;
  model: string | undefined;
  clockOffsetMs: number | undefined;
  events: 'pull' | 'push' | 'none' | 'unknown';
  services: readonly string[];
  conformance: readonly string[];
  ptz: boolean | undefined;
  streams: readonly Readonly<{ name: string; codec: string | undefined; width: number; height: number }>[];
  unknownTopics: Readonly<Record<string, number>>;
  advice: readonly Advice[];
}>;

export type ReportPorts = Readonly<{
  presence: (id: DeviceId) => Presence;
  states: () => readonly CameraState[];
  /** Asks the camera now. */
  describe: (id: DeviceId) => Promise<Result<CameraTold, Readonly<{ reason: string; text: string }>>>;
  now: () => number;
}>;

/** States in which a camera answers, and gives no events. */
const WITHOUT_EVENTS: ReadonlySet<string> = new Set(['no-events', 'rtsp-only', 'events-refused']);

/** The report of one device (一机一报): what it is, how it is reached, what to mend. A camera is asked for it. */
export async function reportOn({ id }: Device, ports: ReportPorts): Promise<CameraReport> {
  const known = ports.states().find(({ device }) => device === id);
  const told = known === undefined ? undefined : await ports.describe(id);
  const said = told?.ok === true ? told.value : undefined;
  const { online } = ports.presence(id);
  const fault = told?.ok === false ? `${told.error.reason}: ${told.error.text}` : undefined;
  const state = known?.state ?? (online ? 'online' : 'offline');
  const { clockOffsetMs, unknownTopics = {} } = known ?? {};
  const streams = (said?.profiles ?? []).map(({ name, encoding, width, height }) => ({
    name,
    codec: encoding,
    width,
    height,
  }));
  const findings = {
    state,
    clockOffsetMs,
    codecs: streams.flatMap(({ codec }) => codec ?? []),
    unknownTopics: Object.keys(unknownTopics).length,
  };
  return {
    ...{ device: id, at: ports.now(), reachable: known === undefined ? online : said !== undefined },
    ...{ state, since: known?.since, lastFault: known?.fault ?? fault, model: said?.model, clockOffsetMs },
    events: known?.way ?? (WITHOUT_EVENTS.has(state) ? 'none' : 'unknown'),
    ...{
      services: said?.services ?? [],
      conformance: said?.conformance ?? [],
      ptz: said?.hasPtz,
      streams,
      unknownTopics,
    },
    advice: adviceFor(findings),
  };
}
