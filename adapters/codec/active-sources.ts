import type { MessageContext } from './definition.ts';

/** Pairs of device and word that have an active source; the oldest give way. */
const WORDS_MAX = 20_000;
/** Sources of one word at one device, such as the zones of a fence. */
const SOURCES_MAX = 256;
/** What never says that it is over is forgotten after this long, or one lost message would hold an alarm for ever. */
const FORGET_AFTER_MS = 24 * 3_600_000;

/** Several sources at one device may tell the same word: it is over when the last of them is. */
export class ActiveSources {
  readonly #words = new Map<string, Map<string, number>>();

  /** Whether this is news: a source begins, or the last one ends. Of a device that nobody knows only "on" is. */
  isNews(
    context: Pick<MessageContext, 'device' | 'isActive' | 'receivedAt'>,
    name: string,
    word: string,
    source: string,
    isOn: boolean,
  ): boolean {
    const id = context.device(name)?.id;
    if (id === undefined) return isOn;
    const key = `${id} ${word}`;
    const sources = this.#sourcesOf(key, context.receivedAt);
    if (isOn) return this.#begin(key, sources, source, context.receivedAt);
    const wasOn = sources.delete(source);
    return sources.size === 0 && (wasOn || context.isActive(id, word));
  }

  #sourcesOf(key: string, now: number): Map<string, number> {
    const sources = this.#words.get(key) ?? new Map<string, number>();
    for (const [source, since] of sources) if (now - since > FORGET_AFTER_MS) sources.delete(source);
    return sources;
  }

  #begin(key: string, sources: Map<string, number>, source: string, now: number): boolean {
    const isNew = !sources.has(source);
    if (sources.size < SOURCES_MAX) sources.set(source, now);
    this.#words.delete(key); // so that the newest stands last
    this.#words.set(key, sources);
    const [oldest] = this.#words.keys();
    if (this.#words.size > WORDS_MAX && oldest !== undefined) this.#words.delete(oldest);
    return isNew;
  }
}
