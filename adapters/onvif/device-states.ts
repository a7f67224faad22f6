/** What a change of state means to those who only see the device: an opening, an end, or nothing, by its reason. */
export type Change = 'opens' | 'clears' | Quiet;
export type Quiet = 'repeated' | 'still-active' | 'same-thing' | 'echo';

export type Said = Readonly<{
  /** Topic, Source items and Key items. */
  key: string;
  /** What is opened and cleared together: an alarm type's word, or what several topics tell alike. */
  group: string;
  isActive: boolean;
  /** Told of one object by its Key items: it may leave while we are away, and nothing is said of it again. */
  isObject: boolean;
  /** Several topics tell the same thing: one opening is enough. */
  isShared: boolean;
  /** Gives way to the group's own topics once one of them was active: before that they may be named and never used. */
  isEcho: boolean;
  /** A kind of what the group is about, such as "vehicle" of motion: nothing gives way to it. */
  isKind: boolean;
}>;

type State = Said & { isStale: boolean };

/** States of one camera: a rule with hundreds of objects inside is told about in full, a flood is not kept. */
const STATES_MAX = 2_000;

/**
 * The last known state of each property of a camera. Only a change against it is a signal, and an end is one only when
 * nothing else of the group is still active: of two people inside an area, the first to leave ends nothing.
 */
export class DeviceStates {
  readonly #states = new Map<string, State>();
  readonly #originals = new Set<string>();

  change(said: Said): Change {
    if (said.isEcho && this.#originals.has(said.group)) return 'echo';
    const known = this.#states.get(said.key);
    const isOtherActive = this.#isOtherActive(said);
    const isGroupKnown = said.isShared && (said.isEcho || said.isKind) && this.#knows(said.group);
    if (said.isShared && said.isActive && !said.isEcho && !said.isKind) this.#dropEchoes(said.group);
    this.#keep(said);
    if (known?.isActive === said.isActive) return 'repeated';
    if (said.isActive) return said.isShared && isOtherActive ? 'same-thing' : 'opens';
    if (isOtherActive) return 'still-active';
    return known === undefined && isGroupKnown ? 'same-thing' : 'clears';
  }

  /** Forgets a property that the camera deleted, which ends it. */
  remove(said: Said): Change {
    const change = this.change({ ...said, isActive: false });
    this.#states.delete(said.key);
    return change;
  }

  isActive = (key: string): boolean | undefined => this.#states.get(key)?.isActive;

  /** A new subscription: what is known stands until the camera has told its present states. */
  doubt(): void {
    for (const state of this.#states.values()) state.isStale = true;
  }

  /** The camera has told its states: objects that it did not name are gone. Answers the groups that ended so. */
  settle(): readonly string[] {
    const gone = [...this.#states.values()].filter((state) => state.isStale && state.isObject && !state.isShared);
    for (const { key } of gone) this.#states.delete(key);
    const ended = new Set(gone.filter(({ isActive }) => isActive).map(({ group }) => group));
    return [...ended].filter((group) => !this.#isOtherActive({ group, key: '' }));
  }

  #knows(group: string): boolean {
    for (const state of this.#states.values()) if (state.group === group) return true;
    return false;
  }

  #isOtherActive({ group, key }: Pick<Said, 'group' | 'key'>): boolean {
    for (const state of this.#states.values()) {
      if (state.isActive && state.group === group && state.key !== key) return true;
    }
    return false;
  }

  #dropEchoes(group: string): void {
    if (this.#originals.has(group)) return;
    this.#originals.add(group);
    for (const [key, state] of this.#states) if (state.isEcho && state.group === group) this.#states.delete(key);
  }

  #keep(said: Said): void {
    this.#states.delete(said.key);
    this.#states.set(said.key, { ...said, isStale: false });
    if (this.#states.size <= STATES_MAX) return;
    const oldest = [...this.#states.values()].find(({ isActive }) => !isActive) ?? said;
    this.#states.delete(oldest.key);
  }
}
