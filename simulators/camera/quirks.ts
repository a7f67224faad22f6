/** Ways in which one answer goes wrong, whatever was asked. */
export type Spoiling =
  /** 100 MB of a letter. */
  | 'huge'
  /** One byte a second. */
  | 'trickle'
  /** HTTP 307 to `Spoilt.to`. */
  | 'redirect'
  /** 200,000 attributes on one element. */
  | 'attributes'
  /** A DOCTYPE with an entity. */
  | 'doctype'
  /** HTTP 404 with a page of HTML. */
  | 'html'
  /** The connection is reset. */
  | 'reset'
  /** Bytes that are no HTTP. */
  | 'no-http'
  /** Nothing at all, and the connection stays open. */
  | 'silence';

export type Spoilt = Readonly<{
  /** Operations by name; left out: all of them. */
  operations?: readonly string[];
  by: Spoiling;
  /** Where a redirect leads. */
  to?: string;
}>;

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
  /** An end given as a duration (`PT120S`) is refused: only an absolute time on the camera's clock is taken. */
  refuseRelativeTimes?: boolean;
  /** All subscribers get one and the same address, and a new one takes the place of the one before. */
  oneAddress?: boolean;
  /** Unsubscribe ends everybody's subscription. */
  dropAllOnUnsubscribe?: boolean;
  /** Each answer carries the Security header of its request. */
  echoSecurity?: boolean;
  /** There is no event service: not in the list, and its address is a page of HTML with status 404. */
  noEvents?: boolean;
  /** Events only by push: CreatePullPointSubscription is not implemented. */
  pushOnly?: boolean;
  /** No password is good enough (`ter:PasswordTooWeak`). */
  refusesPasswords?: boolean;
  /** It takes a new password and loses its power before it says so. */
  diesAtSetUser?: boolean;
  /** It has no loudspeaker. */
  isMute?: boolean;
  /** A search of recordings never says that it is done. */
  searchNeverEnds?: boolean;
  /** The account is refused for everything that needs one. */
  refuseAccount?: boolean;
  /** The host in all addresses that the camera gives: services, subscriptions, snapshot, streams. */
  foreignHost?: string;
  /**
   * What the head can be told a place by: its field of view for turning alone (`fov-turn`), `degrees`, or `generic`
   * spaces only, each beside what comes after it; left out, the field of view for zooming too.
   */
  headSpaces?: 'fov-turn' | 'degrees' | 'generic';
  spoilt?: Spoilt;
}>;
