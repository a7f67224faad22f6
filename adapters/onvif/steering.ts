import type { PictureBox, PtzAbilities, PtzAct, PtzMove } from '../../gateway/domain/camera.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { type CameraFault, cameraFault } from './camera-fault.ts';
import type { CameraLibrary, Velocity } from './library.ts';
import type { PtzService } from './ptz-service.ts';
import { type Optics, planZoom, zoomWay } from './zoom-to.ts';

/** The camera's head: by which profile it turns, what it is asked through, and its lens. */
export type Head = Readonly<{
  library: Pick<CameraLibrary, 'move' | 'stop' | 'presets' | 'goTo'>;
  service: Pick<PtzService, 'spaces' | 'position' | 'relativeMove' | 'absoluteMove'>;
  token: string;
  optics: Optics;
}>;
type Answer = Result<void, CameraFault>;
type Waiting = Readonly<{ act: PtzAct; answer: (answer: Answer | Promise<Answer>) => void }>;

/**
 * Turns one camera's head, one call after the other. At most two acts wait, a stop and the latest of the others: what is
 * out of date before the camera could be asked is not sent, so a slow camera does not go on by old orders.
 */
export class CameraSteering {
  readonly #head: () => Promise<Result<Head, CameraFault>>;
  readonly #now: () => number;
  #stop: Waiting | undefined;
  #next: Waiting | undefined;
  #isBusy = false;
  /** The axes that were last set moving, and until when the camera moves them at the most. */
  #moving = { isTurning: false, isZooming: false, until: 0 };

  constructor(head: () => Promise<Result<Head, CameraFault>>, now: () => number) {
    this.#head = head;
    this.#now = now;
  }

  /** What was overtaken by a later act before it was sent is answered like one that was done. */
  act(act: PtzAct): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const waiting = { act, answer: resolve };
    this.#next?.answer(ok(undefined));
    if (act.act === 'stop') {
      this.#stop?.answer(ok(undefined));
      [this.#stop, this.#next] = [waiting, undefined];
    } else this.#next = waiting;
    void this.#work();
    return promise;
  }

  /** Ends what moves, when nobody is there any more to end it. */
  async halt(): Promise<void> {
    if (this.#moving.until > this.#now()) await this.act({ act: 'stop' });
  }

  async abilities(): Promise<Result<PtzAbilities, CameraFault>> {
    const head = await this.#head();
    if (!head.ok) return head;
    const { library, service, token, optics } = head.value;
    const [presets, spaces] = [await library.presets(token), await service.spaces()];
    return ok({
      turns: true,
      zoomsTo: spaces.ok && zoomWay(spaces.value, optics) !== undefined,
      presets: presets.ok ? [...presets.value].map(([preset, name = preset]) => ({ token: preset, name })) : [],
    });
  }

  async #work(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (let turn = this.#take(); turn !== undefined; turn = this.#take()) {
      const done = this.#carryOut(turn.act);
      turn.answer(done);
      await Promise.allSettled([done]); // a mistake of ours is its asker's, and the next one's turn comes all the same
    }
    this.#isBusy = false;
  }

  #take(): Waiting | undefined {
    const taken = this.#stop ?? this.#next;
    if (this.#stop === undefined) this.#next = undefined;
    this.#stop = undefined;
    return taken;
  }

  async #carryOut(act: PtzAct): Promise<Answer> {
    const head = await this.#head();
    if (!head.ok) return head;
    const done = await this.#do(head.value, act);
    return done.ok ? ok(undefined) : done;
  }

  #do(head: Head, act: PtzAct): Promise<Result<unknown, CameraFault>> {
    const { library, token } = head;
    switch (act.act) {
      case 'move':
        return this.#move(head, act.move, act.timeoutMs);
      case 'stop':
        this.#moving = { isTurning: false, isZooming: false, until: 0 };
        return library.stop(token);
      case 'preset':
        return goTo(library, token, act.preset);
      case 'zoom-to':
        return zoomTo(head, act.box);
      default:
        return act satisfies never;
    }
  }

  /** A move that leaves an axis out does not end it on the camera: what is to stand still is stopped first. */
  async #move({ library, token }: Head, move: PtzMove, timeoutMs: number): Promise<Result<unknown, CameraFault>> {
    const velocity = velocityOf(move);
    const [isTurning, isZooming] = [velocity.pan !== undefined, velocity.zoom !== undefined];
    const before = this.#moving;
    const isLess = (before.isTurning && !isTurning) || (before.isZooming && !isZooming);
    if (isLess && before.until > this.#now()) await library.stop(token);
    if (!isTurning && !isZooming) return await library.stop(token);
    this.#moving = { isTurning, isZooming, until: this.#now() + timeoutMs };
    return await library.move(token, velocity, timeoutMs);
  }
}

async function zoomTo({ service, optics }: Head, box: PictureBox): Promise<Result<unknown, CameraFault>> {
  const spaces = await service.spaces();
  if (!spaces.ok) return spaces;
  if (zoomWay(spaces.value, optics) === undefined) {
    return failed(cameraFault('not-supported', 'it has no space that knows its field of view'));
  }
  const position = await service.position();
  const at = position.ok ? position.value : { panTilt: undefined, zoom: undefined };
  const plan = planZoom(box, spaces.value, at, optics);
  if (plan === undefined) return failed(cameraFault('not-supported', 'it does not tell where it looks'));
  return plan.move === 'relative' ? await service.relativeMove(plan.vector) : await service.absoluteMove(plan.vector);
}

/** A preset by its token or its name, as people know it. */
async function goTo(library: Head['library'], profile: string, preset: string): Promise<Result<unknown, CameraFault>> {
  const presets = await library.presets(profile);
  if (!presets.ok) return presets;
  const named = [...presets.value].find(([token, name]) => token === preset || name === preset);
  if (named === undefined) return failed(cameraFault('not-supported', `no preset ${preset}`));
  return await library.goTo(profile, named[0]);
}

/** What moves is sent, what does not is left out. */
function velocityOf({ pan, tilt, zoom }: PtzMove): Velocity {
  const [isTurning, isZooming] = [pan !== 0 || tilt !== 0, zoom !== 0];
  return {
    ...(isTurning ? { pan: bounded(pan), tilt: bounded(tilt) } : {}),
    ...(isZooming ? { zoom: bounded(zoom) } : {}),
  };
}
const bounded = (speed: number): number => Math.min(1, Math.max(-1, speed));
