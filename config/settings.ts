/** The settings of a running gateway, checked and complete; `schema.ts` makes them of a file and the environment. */
export type MqttSettings = Readonly<{
  /** An outside broker (`mqtt://`, `mqtts://`); undefined: the embedded one on `host` and `port`. */
  url: string | undefined;
  username: string | undefined;
  password: string | undefined;
  clientId: string;
  host: string;
  port: number;
  /** What one connection to the embedded broker may say: it is read no faster. */
  messagesPerSecond: number;
  /** The embedded broker's certificate and key (PEM): with them devices sign in; without, it stays on loopback. */
  tls: Readonly<{ certFile: string; keyFile: string }> | undefined;
  commandTimeoutMs: number;
}>;

export type InfluxSettings = Readonly<
  | {
      api: 'v1';
      url: string;
      database: string;
      username: string | undefined;
      password: string | undefined;
      /** Days after which the server forgets; undefined leaves its retention policy as it is. */
      keepDays: number | undefined;
    }
  | { api: 'v2'; url: string; org: string; bucket: string; token: string }
  | { api: 'v3'; url: string; database: string; token: string }
>;

export type Settings = Readonly<{
  http: Readonly<{ host: string; port: number }>;
  dataDir: string;
  adminPassword: string | undefined;
  mqtt: MqttSettings;
  /** Undefined: the embedded archive. */
  influx: InfluxSettings | undefined;
  natsUrl: string | undefined;
  /** Networks (CIDR) in which the gateway may call devices. */
  deviceNetworks: readonly string[];
  journal: Readonly<{
    /** Entries older than this go, as far as every follower is past them; see `docs/operation/journal.md`. */
    keepDays: number;
  }>;
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** Division code of the city this gateway serves. */
  city: string;
  /** A device clock further off than this is flagged. */
  clockAllowanceMs: number;
  /** What one device may say: more is folded, counted, and an alarm of its own. */
  deviceRate: Readonly<{ perSecond: number; burst: number }>;
  /** City's overrides of alarm types, by code. */
  alarmTypes: Readonly<
    Record<string, Readonly<{ severity?: 1 | 2 | 3 | 4; mergeWindowMs?: number; limitProfile?: string }>>
  >;
}>;
