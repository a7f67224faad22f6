import type { PtzAct } from './domain/camera.ts';
import type { DeviceId } from './domain/device.ts';
import { holdAfter, isHeld, isSameSeat, type PtzHold, type PtzSeeker } from './domain/ptz-hold.ts';
import { failed, ok, type Result } from './domain/result.ts';

/** A move that is not repeated within this time is over (失联即停): the client is gone, or its network is. */
const SILENCE_MS = 1_500;
/** The camera's own limit of each move: should the gateway be killed, it stops by itself. */
const CAMERA_LIMIT_MS = 2_000;
/** Cameras held at once: many more than there are seats. */
const HELD_MAX = 1_000;

/** Why nothing was done: `held` by somebody, `busy` (no room), or a word of the camera's. */
export type PtzFault = Readonly<{ reason: string; text: string; hold?: PtzHold }>;
/** A movement that the gateway ended by itself, and why; `fault` where the camera did not take the stop. */
export type PtzHalt = Readonly<{
  camera: DeviceId;
  holder: PtzSeeker;
  reason: 'silent' | 'signed-out';
  fault?: PtzFault;
}>;
/** What was granted: a repetition carries a move on, everything else is an act of its own. */
export type PtzGrant = Readonly<{ isRepeat: boolean; carryOut(): Promise<Result<void, PtzFault>> }>;

type Turn = (camera: DeviceId, act: PtzAct) => Promise<Result<void, PtzFault>>;
/** `silence` runs while the camera moves. */
type Steered = { hold: PtzHold; silence: NodeJS.Timeout | undefined };

/** Who steers which camera, and that none goes on moving without somebody. */
export class PtzDesk {
  readonly #turn: Turn;
  readonly #now: () => number;
  readonly #steered = new Map<DeviceId, Steered>();
  readonly #listeners = new Set<(halt: PtzHalt) => void>();

  constructor(turn: Turn, now: () => number) {
    this.#turn = turn;
    this.#now = now;
  }

  /** Lets the seeker have the camera, or says who has it; what is granted is carried out once its caller is ready. */
  claim(camera: DeviceId, seeker: PtzSeeker, act: PtzAct): Result<PtzGrant, PtzFault> {
    const steered = this.#steered.get(camera);
    const held = holdAfter(steered?.hold, seeker, this.#now());
    if (!held.ok) return failed(heldBy(held.error));
    if (steered === undefined && !this.#hasRoom()) return failed({ reason: 'busy', text: `${HELD_MAX} are held` });
    const isOwn = steered !== undefined && isSameSeat(steered.hold.holder, seeker);
    const isMoving = steered?.silence !== undefined;
    this.#steered.set(camera, { hold: held.value, silence: steered?.silence });
    return ok({
      isRepeat: isOwn && isMoving && act.act === 'move',
      carryOut: () => this.#carryOut(camera, seeker, act, isMoving && !isOwn),
    });
  }

  /** Who holds the camera now. */
  holdOf(camera: DeviceId): PtzHold | undefined {
    const hold = this.#steered.get(camera)?.hold;
    return hold !== undefined && isHeld(hold, this.#now()) ? hold : undefined;
  }

  /** Gives the camera back before its time; nothing happens to one that somebody else holds. */
  async release(camera: DeviceId, seeker: PtzSeeker): Promise<Result<void, PtzFault>> {
    const steered = this.#steered.get(camera);
    if (steered === undefined || !isSameSeat(steered.hold.holder, seeker)) return ok(undefined);
    const isMoving = steered.silence !== undefined;
    this.#drop(camera);
    return isMoving ? await this.#turn(camera, { act: 'stop' }) : ok(undefined);
  }

  /** For the house itself, such as a linkage: it gives way to a person, and holds nothing. */
  async turnUnheld(camera: DeviceId, act: PtzAct): Promise<Result<void, PtzFault>> {
    const hold = this.holdOf(camera);
    if (hold === undefined) return await this.#turn(camera, act);
    return failed(heldBy(hold));
  }

  /** Takes from whom it may not stay with, such as one who signed out; what they moved stops. */
  dismiss(isOver: (camera: DeviceId, holder: PtzSeeker) => boolean): void {
    for (const [camera, { hold, silence }] of this.#steered) {
      if (!isOver(camera, hold.holder)) continue;
      this.#drop(camera);
      if (silence !== undefined) void this.#halt(camera, hold.holder, 'signed-out');
    }
  }

  /** Called after each movement that nobody ended. Returns the way to stop listening. */
  onHalt(listener: (halt: PtzHalt) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Forgets everything; the adapter stops what still moves when it is stopped itself. */
  close(): void {
    for (const camera of [...this.#steered.keys()]) this.#drop(camera);
  }

  async #carryOut(
    camera: DeviceId,
    seeker: PtzSeeker,
    act: PtzAct,
    takesOver: boolean,
  ): Promise<Result<void, PtzFault>> {
    const steered = this.#steered.get(camera);
    if (steered === undefined) return failed({ reason: 'released', text: 'given back meanwhile' });
    if (!isSameSeat(steered.hold.holder, seeker)) return failed(heldBy(steered.hold)); // somebody took it meanwhile
    if (takesOver) void this.#turn(camera, { act: 'stop' }); // what comes next may not end what the other one began
    this.#await(camera, steered, act);
    const done = await this.#turn(camera, act.act === 'move' ? { ...act, timeoutMs: CAMERA_LIMIT_MS } : act);
    if (!done.ok && HAS_NO_HEAD.has(done.error.reason)) this.#drop(camera);
    return done;
  }

  /** From here on silence ends the move; any other act ends by itself. */
  #await(camera: DeviceId, steered: Steered, act: PtzAct): void {
    clearTimeout(steered.silence);
    const { holder } = steered.hold;
    steered.silence =
      act.act === 'move'
        ? setTimeout(() => this.#fallSilent(camera, holder), Math.min(act.timeoutMs, SILENCE_MS))
        : undefined;
  }

  #fallSilent(camera: DeviceId, holder: PtzSeeker): void {
    const steered = this.#steered.get(camera);
    if (steered !== undefined) steered.silence = undefined;
    void this.#halt(camera, holder, 'silent');
  }

  async #halt(camera: DeviceId, holder: PtzSeeker, reason: PtzHalt['reason']): Promise<void> {
    const done = await this.#turn(camera, { act: 'stop' });
    const halt = { camera, holder, reason, ...(done.ok ? {} : { fault: done.error }) };
    for (const listener of this.#listeners) listener(halt);
  }

  #drop(camera: DeviceId): void {
    clearTimeout(this.#steered.get(camera)?.silence);
    this.#steered.delete(camera);
  }

  #hasRoom(): boolean {
    if (this.#steered.size < HELD_MAX) return true;
    const now = this.#now();
    for (const [camera, { hold }] of this.#steered) if (!isHeld(hold, now)) this.#drop(camera);
    return this.#steered.size < HELD_MAX;
  }
}

/** A camera that cannot turn is held by nobody. */
const HAS_NO_HEAD: ReadonlySet<string> = new Set(['not-supported', 'unknown-device']);

function heldBy(hold: PtzHold): PtzFault {
  const { displayName, username } = hold.holder;
  return {
    reason: 'held',
    text: `held by ${displayName ?? username} until ${new Date(hold.until).toISOString()}`,
    hold,
  };
}
