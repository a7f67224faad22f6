import type { MessageContext } from './definition.ts';

/** Words of all devices of one family whose state is remembered; the one that was told longest ago gives way. */
const STATES_MAX = 50_000;

/**
 * What state messages said last: a device that repeats its whole state tells news only where something changed. The
 * first word after a start is compared with the open alarm of that device.
 */
export class LastStates {
  readonly #states = new Map<string, boolean>();

  /** Whether this is a change; from here on it is the known state. Of a device that nobody knows only "on" is. */
  isNews(context: Pick<MessageContext, 'device' | 'isActive'>, name: string, word: string, isOn: boolean): boolean {
    const id = context.device(name)?.id;
    if (id === undefined) return isOn;
    const known = this.last(id, word) ?? context.isActive(id, word);
    this.set(id, word, isOn);
    return known !== isOn;
  }

  last = (id: string, word: string): boolean | undefined => this.#states.get(`${id} ${word}`);

  set(id: string, word: string, isOn: boolean): void {
    const key = `${id} ${word}`;
    this.#states.delete(key); // so that the newest stands last
    this.#states.set(key, isOn);
    const [oldest] = this.#states.keys();
    if (this.#states.size > STATES_MAX && oldest !== undefined) this.#states.delete(oldest);
  }
}
