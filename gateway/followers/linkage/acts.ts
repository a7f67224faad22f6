import type { Alarm, AlarmId } from '../../domain/alarm.ts';
import type { PtzAct } from '../../domain/camera.ts';
import type { DeviceCommands } from '../../domain/command.ts';
import type { DeviceId } from '../../domain/device.ts';
import type { LinkageAct } from '../../domain/linkage.ts';
import { failed, ok, type Result } from '../../domain/result.ts';

/** Why a step did not come about, in words for the alarm's history. */
export type ActFault = string;

/** What steps reach. Each answers; what it throws counts as a failure of the step as well. */
export type LinkageReach = Readonly<{
  ptz(camera: DeviceId, act: PtzAct): Promise<Result<void, Readonly<{ reason: string; text: string }>>>;
  /** The same alarm twice on a wall is once. */
  popUp(wall: string, alarm: AlarmId, camera: DeviceId): Promise<Result<void, ActFault>>;
  commands: DeviceCommands;
  /** The speaker nearest to the alarm, along its line or in its compound. */
  speakerFor(alarm: Alarm, withinM: number): DeviceId | undefined;
  /** `key` is the same for the same step of the same alarm. */
  post(target: string, alarm: Alarm, key: string, stop: AbortSignal): Promise<Result<void, ActFault>>;
}>;

/** Cameras that are asked whether they turn. */
const TURNED_AMONG = 4;

/** Whether there is anything to do a step with: nobody is asked whether to call out where no loudspeaker is near. */
export function isPossible(reach: Pick<LinkageReach, 'speakerFor'>, act: LinkageAct, alarm: Alarm): boolean {
  if (act.do === 'broadcast') return reach.speakerFor(alarm, act.withinM) !== undefined;
  return (act.do !== 'preset' && act.do !== 'pop-up') || alarm.cameras.length > 0;
}

/** Does one step for one alarm. `key` is by which the other side may know a repeat. */
export async function carryOut(
  reach: LinkageReach,
  act: LinkageAct,
  alarm: Alarm,
  { key, withinMs, stop }: Readonly<{ key: string; withinMs: number; stop: AbortSignal }>,
): Promise<Result<string, ActFault>> {
  const [camera] = alarm.cameras;
  switch (act.do) {
    case 'preset':
      return await turnNearest(reach, alarm, act.preset);
    case 'pop-up': {
      if (camera === undefined) return failed('no camera sees the place');
      return await popUpOn(reach, act.walls, alarm.id, camera);
    }
    case 'broadcast': {
      const speaker = reach.speakerFor(alarm, act.withinM);
      if (speaker === undefined) return failed('no loudspeaker is near');
      return await command(reach, speaker, 'broadcast', act.say, withinMs);
    }
    case 'command':
      return await command(reach, act.device, act.name, act.args, withinMs);
    case 'webhook': {
      const done = await reach.post(act.target, alarm, key, stop);
      return done.ok ? ok(act.target) : failed(`${act.target}: ${done.error}`);
    }
    default:
      return act satisfies never;
  }
}

/** The nearest of the cameras that can turn there; a fixed one beside it says that it cannot. */
async function turnNearest(
  { ptz }: LinkageReach,
  { cameras }: Alarm,
  preset: string,
): Promise<Result<string, ActFault>> {
  let fault = 'no camera sees the place';
  for (const camera of cameras.slice(0, TURNED_AMONG)) {
    const done = await ptz(camera, { act: 'preset', preset });
    if (done.ok) return ok(camera);
    const { reason, text } = done.error;
    fault = `${camera}: ${reason === 'held' ? text : reason}`; // by whom and until when, for who reads the alarm
    if (reason !== 'not-supported') break;
  }
  return failed(fault);
}

async function popUpOn(
  reach: LinkageReach,
  walls: readonly string[],
  alarm: AlarmId,
  camera: DeviceId,
): Promise<Result<string, ActFault>> {
  const faults: string[] = [];
  for (const wall of walls) {
    const done = await reach.popUp(wall, alarm, camera);
    if (!done.ok) faults.push(`${wall}: ${done.error}`);
  }
  return faults.length === 0 ? ok(walls.join(', ')) : failed(faults.join('; '));
}

async function command(
  { commands }: LinkageReach,
  device: DeviceId,
  name: string,
  args: Readonly<Record<string, unknown>>,
  withinMs: number,
): Promise<Result<string, ActFault>> {
  const answer = await commands.send(device, { name, args }, withinMs);
  if (!answer.ok) return failed(`${device}: ${answer.error.reason}`);
  return answer.value.ok ? ok(device) : failed(`${device}: ${answer.value.error ?? 'refused'}`);
}
