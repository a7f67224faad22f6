import type { Logger } from 'pino';
import type { Connection, Device, DeviceId } from '../../gateway/domain/device.ts';
import type { Intake } from '../../gateway/domain/signal.ts';
import type { CameraFault } from './camera-fault.ts';
import { CameraClock } from './clock.ts';
import { CameraControl } from './control.ts';
import type { EventState, EventTimes, EventWay } from './event-ports.ts';
import { runEvents } from './event-session.ts';
import { CameraLink } from './link.ts';
import { Outbox } from './outbox.ts';
import { pause } from './pause.ts';
import type { PushDoor } from './push-door.ts';
import type { ModelQuirks } from './quirks.ts';
import { SignalReader } from './signals.ts';
import type { Transport } from './transport.ts';

export type CameraStatus = Readonly<{
  device: DeviceId;
  state: string;
  since: number;
  fault?: string;
  /** How its events come, while it is subscribed. */
  way?: EventWay;
  /** Milliseconds that its clock is ahead of ours; once it told its time. */
  clockOffsetMs?: number;
  /** Notifications that became no report, by reason. */
  dropped?: Readonly<Record<string, number>>;
  /** Topics that nobody has a rule for, with how often each came. */
  unknownTopics?: Readonly<Record<string, number>>;
}>;

export type CameraPorts = Readonly<{
  transport: Transport;
  intake: Intake;
  quirks: ModelQuirks;
  push: PushDoor | undefined;
  times: EventTimes;
  log: Logger;
  now: () => number;
  random: () => number;
}>;

/** One ONVIF camera: its events run until `stop`, its control answers when asked. */
export interface OnvifCamera {
  readonly control: CameraControl;
  status(): CameraStatus;
  /** Resolves when the subscription is given back, or could not be within its time. */
  stop(): Promise<void>;
}

/** `device` answers the registry's present record; `connection` is what it is reached by until the next start. */
export function startOnvifCamera(device: () => Device, connection: Connection, ports: CameraPorts): OnvifCamera {
  const { id } = device();
  const { transport, intake, now, log } = ports;
  const [stopping, givingUp] = [new AbortController(), new AbortController()];
  const [stop, giveUp] = [stopping.signal, givingUp.signal];
  const clock = new CameraClock();
  const reader = new SignalReader(clock);
  const link = new CameraLink(connection, transport, clock, now, giveUp);
  let status: CameraStatus = { device: id, state: 'connecting', since: now() };

  const tell = (state: EventState, fault?: CameraFault, way?: EventWay) => {
    if (state === 'connecting' && status.fault !== undefined) return; // what was wrong stands until it is right
    const text = {
      ...(fault === undefined ? {} : { fault: faultText(state, fault) }),
      ...(way === undefined ? {} : { way }),
    };
    if (status.state !== state) logChange(log, id, state, fault);
    status = { device: id, state, since: status.state === state ? status.since : now(), ...text };
  };
  const outbox = new Outbox(id, intake, log, stop);
  const session = () => runEvents({ ...ports, device, link, clock, reader, outbox, stop, tell });
  const fail = (error: unknown) => {
    log.error({ device: id, err: error }, 'camera session failed, will start again');
    status = { device: id, state: 'failed', since: now(), fault: 'the session failed: see the log' };
  };
  const events = keepRunning(session, fail, ports.times.backoffMostMs, stop);
  const control = new CameraControl(device, connection, link, now);
  return {
    control,
    status: () => ({
      ...status,
      ...(clock.isKnown ? { clockOffsetMs: clock.offsetMs } : {}),
      dropped: Object.fromEntries(reader.counts),
      unknownTopics: Object.fromEntries(reader.unknown.counts()),
    }),
    stop: async () => {
      stopping.abort();
      // A call under way may be one that takes a slot of the camera's: it is waited for, so that the slot is given back.
      const patience = setTimeout(() => givingUp.abort(), ports.times.unsubscribeMs);
      await Promise.all([events, control.steering.halt()]); // what a person moved does not go on without the gateway
      clearTimeout(patience);
    },
  };
}

/** A mistake of ours that one camera's answer brings to light ends its session visibly, for a while, and no other one. */
async function keepRunning(
  session: () => Promise<void>,
  fail: (error: unknown) => void,
  restMs: number,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    try {
      await session();
    } catch (error) {
      fail(error);
      await pause(restMs, stop);
    }
  }
}

function logChange(log: Logger, device: DeviceId, state: EventState, fault: CameraFault | undefined): void {
  if (fault === undefined) log.info({ device, state }, 'camera state changed');
  else log.warn({ device, state, reason: fault.reason, code: fault.code }, 'camera state changed');
}

const faultText = (state: EventState, { reason, text }: CameraFault): string =>
  state === 'not-authorized' ? `${reason}: ${text} (is there an ONVIF administrator account?)` : `${reason}: ${text}`;
