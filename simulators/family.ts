/** Who speaks, and when. */
export type Me = Readonly<{
  /** The name that the device has on its own protocol. */
  name: string;
  /** How often it has spoken since it started, and which of its alarms this is about. */
  nth: number;
  round: number;
  /** Milliseconds since 1970. */
  now: number;
  /** What the platform or the device shares with the gateway. */
  secret: string | undefined;
}>;

/** What a device says, over whichever way: each act is the messages that make it, in order. */
export type Says<Message> = Readonly<{
  /** Once, before anything else. */
  start?: (me: Me) => readonly Message[];
  heartbeat?: (me: Me) => readonly Message[];
  alarm: (me: Me) => readonly Message[];
  /** Absent: the alarm is a pulse, and only people close it. */
  end?: (me: Me) => readonly Message[];
  /** What no codec can read. */
  malformed: (me: Me) => readonly Message[];
}>;
export type Act = keyof Says<never>;
export const ACTS = ['start', 'heartbeat', 'alarm', 'end', 'malformed'] as const satisfies readonly Act[];

export type MqttMessage = Readonly<{ topic: string; payload: string | Uint8Array; retain?: boolean; qos?: 0 | 1 }>;
export type Push = Readonly<{ path: string; body: string; contentType?: string }>;
export type Part = Readonly<{ contentType: string; body: string }>;

/** How it goes out: the first four call the gateway, the last two are called by it. */
export type Way =
  | Readonly<{
      way: 'mqtt';
      says: Says<MqttMessage>;
      /** What it does when something is published to it. */
      obeys?: Readonly<{
        listens: (me: Me) => string;
        answer: (heard: MqttMessage, me: Me) => readonly MqttMessage[];
        /** What it answers is its start: it counts from there again. */
        startsAnew?: true;
      }>;
    }>
  | Readonly<{ way: 'http'; says: Says<Push> }>
  | Readonly<{ way: 'tcp'; says: Says<Uint8Array> }>
  /** The bodies of MESSAGE requests; REGISTER goes before them. */
  | Readonly<{ way: 'sip'; says: Says<string> }>
  /** An endless multipart answer behind digest. */
  | Readonly<{ way: 'stream'; boundary: string; says: Says<Part> }>
  /** Registers of a Modbus unit, or noise on its line. */
  | Readonly<{ way: 'polled'; unit: number; says: Says<readonly number[] | 'noise'> }>;

/** A family of devices as a simulator: what it says and what a gateway has to know for it. One file of `families/` each. */
export type Family = Way &
  Readonly<{
    about: Readonly<{ zh: string; en: string }>;
    /** Its own name where nobody gives another. */
    name: string;
    /** Records for the registry, as `PUT /api/v1/devices/{id}` takes them. */
    records: (name: string) => readonly DeviceRecord[];
    raises: Readonly<{ device: string; type: string }>;
    /** The reason of the dead letter that the malformed one becomes. */
    refused?: string;
  }>;

export type DeviceRecord = Readonly<{
  id: string;
  kind: string;
  profile: string;
  name: string;
  region: string;
  place: object;
}> &
  Readonly<Record<string, unknown>>;

/** The file's word for itself. */
export const family = (one: Family): Family => one;

/** A record in 袁州区灵泉街道; what the family needs besides stands in `more`. */
export const record = (id: string, kind: string, profile: string, more: object): DeviceRecord => ({
  ...{ id, kind, profile, name: `模拟 ${profile}`, region: '360902001000', place: { lng: 114.385, lat: 27.797 } },
  ...more,
});
