/** Where the camera looks, in ONVIF's generic spaces: pan and tilt from −1 to 1, zoom from 0 to 1. */
export type PtzPosition = Readonly<{ pan: number; tilt: number; zoom: number }>;
type Axis = keyof PtzPosition;
const AXES: readonly Axis[] = ['pan', 'tilt', 'zoom'];

export const PTZ_RANGE: Readonly<Record<Axis, readonly [number, number]>> = {
  pan: [-1, 1],
  tilt: [-1, 1],
  zoom: [0, 1],
};
/** Full speed in units a second: 72° of pan, 36° of tilt, a third of the zoom. */
const FULL_SPEED: PtzPosition = { pan: 0.4, tilt: 0.4, zoom: 1 / 3 };

/** A movement under way: from a position, at a speed, until a moment or a target. */
type Movement = Readonly<{ from: PtzPosition; since: number; speed: PtzPosition; until: number }>;

const STILL: PtzPosition = { pan: 0, tilt: 0, zoom: 0 };

/** The head of a simulated dome. It is nowhere moved by a timer: its position follows from the clock when asked. */
export class PtzHead {
  readonly presets = new Map<string, { name: string; position: PtzPosition }>();
  readonly #now: () => number;
  #movement: Movement;

  constructor(now: () => number) {
    this.#now = now;
    this.#movement = { from: STILL, since: now(), speed: STILL, until: 0 };
  }

  position(): PtzPosition {
    const { from, since, speed, until } = this.#movement;
    const seconds = Math.max(0, Math.min(this.#now(), until) - since) / 1000;
    return eachAxis((axis) => within(axis, from[axis] + speed[axis] * FULL_SPEED[axis] * seconds));
  }

  isMoving(axes: readonly Axis[] = AXES): boolean {
    return this.#now() < this.#movement.until && axes.some((axis) => this.#movement.speed[axis] !== 0);
  }

  /** Moves at parts of full speed, −1 to 1 each, until stopped or `timeoutMs` are over. */
  move(speed: PtzPosition, timeoutMs: number): void {
    this.#start(speed, timeoutMs);
  }

  stop(axes: readonly Axis[] = AXES): void {
    const { speed, until } = this.#movement;
    const left = until - this.#now();
    this.#start(
      eachAxis((axis) => (axes.includes(axis) || left <= 0 ? 0 : speed[axis])),
      Math.max(0, left),
    );
  }

  /** Goes to a position; all axes arrive together, the one with the longest way at full speed. */
  goTo(target: PtzPosition): void {
    const from = this.position();
    const way = eachAxis((axis) => within(axis, target[axis]) - from[axis]);
    const seconds = Math.max(...AXES.map((axis) => Math.abs(way[axis]) / FULL_SPEED[axis]));
    this.#start(
      eachAxis((axis) => (seconds === 0 ? 0 : way[axis] / FULL_SPEED[axis] / seconds)),
      seconds * 1000,
    );
  }

  /**
   * Turns until what lies at `right` and `up` of the centre (1 is the border of the picture) is in its middle, and zooms
   * to `zoom`. A dome's picture turns with its tilt, so the way goes over the sphere.
   */
  lookAt(right: number, up: number, zoom: number): void {
    const { pan, tilt, zoom: zoomNow } = this.position();
    const reach = Math.tan((WIDE_DEG / 2) * RADIAN) / factorOf(zoomNow);
    const [x, y] = [right * reach, (up * reach * 9) / 16];
    const elevation = tilt * 90 * RADIAN;
    const forward = Math.cos(elevation) - y * Math.sin(elevation);
    const height = Math.sin(elevation) + y * Math.cos(elevation);
    this.goTo({
      pan: pan + Math.atan2(x, forward) / RADIAN / 180,
      tilt: Math.atan2(height, Math.hypot(x, forward)) / RADIAN / 90,
      zoom,
    });
  }

  /** The zoom at which the picture is magnified `times` from here. */
  zoomFor = (times: number): number => (factorOf(this.position().zoom) * times - 1) / (TIMES - 1);

  #start(speed: PtzPosition, lengthMs: number): void {
    const since = this.#now();
    this.#movement = { from: this.position(), since, speed, until: since + lengthMs };
  }
}

const eachAxis = (value: (axis: Axis) => number): PtzPosition => ({
  pan: value('pan'),
  tilt: value('tilt'),
  zoom: value('zoom'),
});

function within(axis: Axis, value: number): number {
  const [least, most] = PTZ_RANGE[axis];
  return Math.round(Math.min(most, Math.max(least, value)) * 1e6) / 1e6; // no tail of binary fractions on the wire
}

/** The lens: how wide it sees, in degrees, and how far it magnifies. */
const WIDE_DEG = 60;
const TIMES = 20;
const RADIAN = Math.PI / 180;
const factorOf = (zoom: number): number => 1 + (TIMES - 1) * zoom;

/** The position as the picture shows it: degrees, and the zoom as a factor from 1 to 20. */
export function captionOf({ pan, tilt, zoom }: PtzPosition): string {
  const degrees = (value: number): string => {
    const tenths = Math.round(value * 10) / 10;
    return `${tenths < 0 ? '-' : '+'}${Math.abs(tenths).toFixed(1).padStart(5, '0')}`;
  };
  return `P${degrees(pan * 180)} T${degrees(tilt * 90)} Z${factorOf(zoom).toFixed(1).padStart(4, '0')}`;
}
