/** Ways in which real cameras misbehave, each a switch. Off unless named. */
export type Quirks = Readonly<{
  /** CreatePullPointSubscription is refused, as when all event slots are taken (`ter:BlockedThreadUpperLimit`). */
  refuseSubscriptions?: boolean;
  /** The camera's clock is off by this much: in its answers, its events and its picture. */
  clockOffsetMs?: number;
  /** A waiting PullMessages loses its connection after this long. */
  dropPullAfterMs?: number;
  /** Renew is answered with a fault, as by cameras that prolong with each PullMessages. */
  renewUnsupported?: boolean;
}>;
