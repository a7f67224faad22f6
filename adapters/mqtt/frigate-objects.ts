/** Objects that Frigate follows at the same time in the whole city; the oldest give way. */
const OBJECTS_MAX = 10_000;
/** Frigate tells of a moving object each few seconds; one that it forgot without a word is forgotten here as well. */
const FORGET_AFTER_MS = 3_600_000;

type Object = { readonly camera: string; readonly inside: Set<string>; seenAt: number };
type Zones = Readonly<{ current: readonly string[]; entered: readonly string[]; enteredBefore: readonly string[] }>;

/** Which objects are in which zones: of many updates a second only an entry or a leaving is news. */
export class Tracked {
  readonly #objects = new Map<string, Object>();

  /**
   * The zones that this object opened and that it was the last to leave. Of an object that was never met, its end
   * closes all that it entered.
   */
  moved(id: string, camera: string, zones: Zones, isEnd: boolean, now: number) {
    const known = this.#objects.get(id);
    if (known === undefined && isEnd) return { opened: [], closed: this.#lastIn(id, camera, zones.entered) };
    const object = this.#touch(id, camera, now);
    const passed = zones.entered.filter((zone) => !zones.current.includes(zone) && !zones.enteredBefore.includes(zone));
    const opened = [...new Set([...zones.current, ...passed])].filter((zone) => !object.inside.has(zone));
    for (const zone of opened) object.inside.add(zone);
    const left = [...object.inside].filter((zone) => isEnd || !zones.current.includes(zone));
    for (const zone of left) object.inside.delete(zone);
    if (isEnd) this.#objects.delete(id);
    return { opened, closed: this.#lastIn(id, camera, left) };
  }

  #touch(id: string, camera: string, now: number): Object {
    const object = this.#objects.get(id) ?? { camera, inside: new Set<string>(), seenAt: now };
    object.seenAt = now;
    this.#objects.delete(id); // so that the newest stands last
    this.#objects.set(id, object);
    for (const [old, { seenAt }] of this.#objects) {
      if (this.#objects.size <= OBJECTS_MAX && now - seenAt <= FORGET_AFTER_MS) break;
      this.#objects.delete(old);
    }
    return object;
  }

  #lastIn(id: string, camera: string, zones: readonly string[]): readonly string[] {
    const others = [...this.#objects].filter(([other, object]) => other !== id && object.camera === camera);
    return zones.filter((zone) => !others.some(([, { inside }]) => inside.has(zone)));
  }
}
