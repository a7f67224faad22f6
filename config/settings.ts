/** The settings of a running gateway, checked and complete; `schema.ts` makes them of a file and the environment. */
export type MqttSettings = Readonly<{
  /** An outside broker (`mqtt://`, `mqtts://`); undefined: the embedded one on `host` and `port`. */
  url: string | undefined;
  username: string | undefined;
  password: string | undefined;
  clientId: string;
  host: string;
  port: number;
  commandTimeoutMs: number;
}>;

export type InfluxSettings = Readonly<
  | { api: 'v1'; url: string; database: string; username: string | undefined; password: string | undefined }
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
  logLevel: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
  /** Division code of the city this gateway serves. */
  city: string;
  /** A device clock further off than this is flagged. */
  clockAllowanceMs: number;
  /** City's overrides of alarm types, by code. */
  alarmTypes: Readonly<
    Record<string, Readonly<{ severity?: 1 | 2 | 3 | 4; mergeWindowMs?: number; limitProfile?: string }>>
  >;
}>;
