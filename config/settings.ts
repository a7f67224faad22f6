import type { LinkageRule } from '../gateway/domain/linkage.ts';
import type { PatrolPlan } from '../gateway/domain/patrol.ts';
import type { IncidentRule, SiteRule } from '../gateway/domain/rules.ts';

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
  /** Folder of families that need no code, one YAML file each. */
  profilesDir: string | undefined;
  /** By family: first levels of topics under which it speaks as well, where a site has named them otherwise. */
  topics: Readonly<Record<string, readonly string[]>>;
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

/** The makers' own ways beside MQTT and ONVIF; a listener without a port is off. */
export type VendorSettings = Readonly<{
  /** Address of the TCP listeners. */
  host: string;
  /** By protocol: `jt808`, `firePanel`, `contactId`, `gb28181`. */
  ports: Readonly<Record<string, number | undefined>>;
  /** What a platform or its devices and this gateway share, by family of `/vendors/{family}`. */
  secrets: Readonly<Record<string, string | undefined>>;
}>;

export type Settings = Readonly<{
  http: Readonly<{ host: string; port: number }>;
  dataDir: string;
  adminPassword: string | undefined;
  mqtt: MqttSettings;
  onvif: Readonly<{
    /** Where cameras without pull-points bring their events: what to listen on, and the URL by which they reach it. */
    push: Readonly<{ host: string; port: number; url: string }> | undefined;
  }>;
  vendors: VendorSettings;
  /** Undefined: the embedded archive. */
  influx: InfluxSettings | undefined;
  natsUrl: string | undefined;
  /** Networks (CIDR) in which the gateway may call devices. */
  deviceNetworks: readonly string[];
  journal: Readonly<{
    /** Entries older than this go, as far as every follower is past them; see `docs/operation/journal.md`. */
    keepDays: number;
  }>;
  /** What the embedded archive keeps, and how long hourly values stay in an InfluxDB that keeps other points less long. */
  archive: Readonly<{
    /** Days of measurements as they came. */
    rawDays: number;
    /** Days of everything else, the hourly values among it. */
    keepDays: number;
  }>;
  evidence: Readonly<{
    /** Seconds before and after an alarm that its clip shows. */
    clipBeforeS: number;
    clipAfterS: number;
    /** The stream that armed cameras keep, how many cameras at most, and what all of it may take in memory. */
    armedQuality: 'main' | 'sub';
    armedCamerasMax: number;
    ringMaxMiB: number;
    /** Days that files stay, by kind; what is locked stays in any case. */
    snapshotDays: number;
    clipDays: number;
    photoDays: number;
    /** Beyond it the oldest files go, whatever their days. */
    maxGiB: number;
  }>;
  /** Pictures by WebRTC for poor networks: UDP ports, first and last, and addresses beside this machine's own. Undefined: off. */
  webrtc: Readonly<{ ports: readonly [number, number]; addresses: readonly string[] }> | undefined;
  /** Where cameras push their pictures to by RTMP. Undefined: off. */
  rtmp: Readonly<{ host: string; port: number }> | undefined;
  /** How streams are encoded again for who cannot play them: by hardware where there is any, or by the processor. */
  transcode: Readonly<{ hardware: 'auto' | 'off' }>;
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
  /** The site's own railway lines, in the shape of `catalogue/lines.yaml`; undefined: the shipped ones. */
  linesFile: string | undefined;
  /** What follows alarms (联动). Webhooks go by name; `webhookNetworks` (CIDR) are where they may lie. */
  linkages: Readonly<{
    rules: readonly LinkageRule[];
    /** Words of the catalogue that come to nothing, such as `notify-patrol`, for want of an address. */
    off: readonly string[];
    webhooks: Readonly<Record<string, Readonly<{ url: string; secretFile?: string | undefined }>>>;
    webhookNetworks: readonly string[];
  }>;
  /** What the site has otherwise, here and there, and what one cause explains. */
  rules: Readonly<{ overrides: readonly SiteRule[]; incidents: readonly IncidentRule[] }>;
  /** Rounds that patrols walk (巡护计划). */
  patrol: Readonly<{ plans: readonly PatrolPlan[] }>;
}>;
