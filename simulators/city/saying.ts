/** What a device of the city says, apart from how it is carried. `atMs` counts from the start of the story. */
export type Saying = Readonly<{ atMs: number; device: string }> &
  (
    | Readonly<{ kind: 'event'; body: EventBody }>
    | Readonly<{ kind: 'telemetry'; body: Readonly<{ values: Readonly<Record<string, number>> }> }>
    | Readonly<{ kind: 'status'; body: 'online' | 'offline' }>
    | Readonly<{ kind: 'access'; body: Readonly<{ id: string; result: 'granted' | 'denied' }> }>
    /** Bytes that mean nothing to anybody. */
    | Readonly<{ kind: 'garbage'; body: string }>
  );
export type EventBody = Readonly<{ id: string; type: string; active?: boolean; value?: number }>;

/** The message as it goes over MQTT. Doors tell who they let in on the topics of their family, the rest on ours. */
export function messageOf(
  { atMs, device, ...said }: Saying,
  startsAt: number,
): Readonly<{ topic: string; payload: string; retain: boolean }> {
  const at = new Date(startsAt + atMs);
  const own = (kind: string, payload: string) => ({
    topic: `fengsui/v1/${device}/${kind}`,
    payload,
    retain: kind === 'status',
  });
  switch (said.kind) {
    case 'status':
      return own('status', said.body);
    case 'garbage':
      return own('event', said.body);
    case 'event':
    case 'telemetry':
      return own(said.kind, JSON.stringify({ at: at.toISOString(), ...said.body }));
    case 'access': {
      const { id, result } = said.body;
      const payload = JSON.stringify({ id, time: at.getTime(), params: { result, direction: 'in' } });
      return { topic: `sys/access/${device}/thing/event/access/post`, payload, retain: false };
    }
    default:
      return said satisfies never;
  }
}

/** Gathers what devices say, by the second in which they say it; what would come after the end is left out. */
export class Script {
  readonly #seconds: Saying[][];
  readonly endMs: number;
  #serial = 0;
  #count = 0;

  constructor(endMs: number) {
    this.endMs = endMs;
    this.#seconds = Array.from({ length: Math.ceil(endMs / 1000) }, () => []);
  }

  get count(): number {
    return this.#count;
  }

  /** Each message has an id of its own, as real devices give it. */
  event(atMs: number, device: string, type: string, active?: boolean, value?: number): Saying {
    const said = { id: `c${++this.#serial}`, type };
    const body = { ...said, ...(active === undefined ? {} : { active }), ...(value === undefined ? {} : { value }) };
    return this.add({ atMs, device, kind: 'event', body });
  }

  /** It begins, is said again every so often, and ends. */
  lasts(atMs: number, device: string, type: string, forMs: number, againMs = Number.POSITIVE_INFINITY): void {
    for (let at = atMs; at < atMs + forMs; at += againMs) this.event(at, device, type, true);
    this.event(atMs + forMs, device, type, false);
  }

  access(atMs: number, device: string, result: 'granted' | 'denied'): void {
    this.add({ atMs, device, kind: 'access', body: { id: `c${++this.#serial}`, result } });
  }

  add(saying: Saying): Saying {
    const second = this.#seconds[Math.floor(saying.atMs / 1000)];
    if (second === undefined || saying.atMs < 0) return saying;
    second.push(saying);
    this.#count += 1;
    return saying;
  }

  /** What is said in a second, in order; each second may be taken once. */
  take(second: number): readonly Saying[] {
    const said = this.#seconds[second] ?? [];
    this.#seconds[second] = [];
    return said.sort((a, b) => a.atMs - b.atMs);
  }
}
