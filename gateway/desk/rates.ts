/** Named bounds of one device's messages: a steady rate, and how many may come at once after a silence. */
export type RateLimit = Readonly<{ perSecond: number; burst: number }>;

/** Devices, and words that are none, whose rate is known at once; past it the new ones share one bucket. */
const BUCKETS_MAX = 200_000;
const SHARED = '';

type Bucket = { tokens: number; at: number };

/** A token bucket for each key. A full bucket is the same as none, so only who spoke lately takes memory. */
export class Rates {
  readonly #limit: RateLimit;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /** Takes a token at `at` (milliseconds); false when there is none. A clock that goes back gives no tokens. */
  take(key: string, at: number): boolean {
    const bucket = this.#bucketOf(key, at);
    bucket.tokens = this.#tokensAt(bucket, at);
    bucket.at = Math.max(bucket.at, at);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  /** Forgets those who have been quiet long enough to have a full bucket. */
  forgetQuiet(at: number): void {
    for (const [key, bucket] of this.#buckets)
      if (this.#tokensAt(bucket, at) >= this.#limit.burst) this.#buckets.delete(key);
  }

  get size(): number {
    return this.#buckets.size;
  }

  #bucketOf(wanted: string, at: number): Bucket {
    const own = this.#buckets.get(wanted);
    if (own !== undefined) return own;
    const key = this.#buckets.size < BUCKETS_MAX ? wanted : SHARED;
    const known = this.#buckets.get(key);
    if (known !== undefined) return known;
    const bucket = { tokens: this.#limit.burst, at };
    this.#buckets.set(key, bucket);
    return bucket;
  }

  #tokensAt({ tokens, at: since }: Bucket, at: number): number {
    const gained = (Math.max(0, at - since) / 1000) * this.#limit.perSecond;
    return Math.min(this.#limit.burst, tokens + gained);
  }
}
