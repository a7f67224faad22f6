import { z } from 'zod';
import { LinkagesText } from './linkages.ts';
import { PatrolText } from './patrol-plans.ts';
import { RulesText } from './rules.ts';
import type { InfluxSettings, Settings, VendorSettings } from './settings.ts';
import { Rtmp, Transcode, WebRtc } from './video-schema.ts';

/** Every error text says what was expected: a fault is printed as `path is 'value', expected <text>`. */
const text = (expected: string) =>
  z.string({ error: expected }).min(1, { error: expected }).max(500, { error: expected });
const wholeNumber = (min: number, max: number, unit: string) => {
  const error = `a whole number from ${min} to ${max}${unit}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
};
const port = (otherwise: number) => wholeNumber(0, 65_535, ', 0 for any free one').default(otherwise);

/** A URL of one of these schemes without a user and password in it: those have keys of their own. */
const url = (schemes: readonly string[], example: string) => {
  const names = schemes.map((scheme) => `${scheme}://`).join(' or ');
  return z.string({ error: `${names}, such as ${example}` }).superRefine((value, context) => {
    const parsed = URL.parse(value);
    if (parsed === null || !schemes.includes(parsed.protocol.slice(0, -1)) || parsed.hostname === '')
      context.addIssue({ code: 'custom', message: `${names}, such as ${example}` });
    else if (parsed.username !== '' || parsed.password !== '')
      context.addIssue({ code: 'custom', message: 'a URL without a user and password; those have keys of their own' });
  });
};

const CIDR_EXPECTED = 'a network such as 10.0.0.0/8 or fd00::/8';
const Cidr = z.union([z.cidrv4(), z.cidrv6()], { error: CIDR_EXPECTED });

const Http = z.strictObject({
  host: text('the address to listen on, such as 127.0.0.1').default('127.0.0.1'),
  port: port(8080),
});

const Mqtt = z.strictObject({
  url: url(['mqtt', 'mqtts'], 'mqtts://broker.example:8883').optional(),
  username: text('a user name').optional(),
  password: text('a password').optional(),
  clientId: z
    .string({ error: 'letters, digits and -, at most 64' })
    .regex(/^[A-Za-z0-9-]{1,64}$/, { error: 'letters, digits and -, at most 64' })
    .default('fengsui-gateway'),
  host: text('the address of the embedded broker, such as 127.0.0.1').default('127.0.0.1'),
  port: port(1883),
  messagesPerSecond: wholeNumber(10, 1_000_000, ' messages a second').default(20_000),
  tls: z
    .strictObject({
      certFile: text('the file of a certificate in PEM, with its chain'),
      keyFile: text('the file of its private key in PEM'),
    })
    .optional(),
  commandTimeoutMs: wholeNumber(100, 120_000, ' ms').default(5000),
  topics: z
    .record(
      z.string(),
      z.array(z.string().regex(/^[^+#$/]+(?:\/[^+#/]+)*$/, { error: 'levels without + and #, such as site-2/zigbee' })),
    )
    .default({})
    .describe('further first levels of a family: { zigbee2mqtt: [site-2/zigbee] }'),
  profilesDir: text('a folder of YAML files, one for each family that needs no code').optional(),
});

const DeviceRate = z.strictObject({
  perSecond: wholeNumber(1, 100_000, ' messages a second').default(200),
  burst: wholeNumber(1, 1_000_000, ' messages').default(1000),
});

/** Long enough that nobody guesses it: it stands in an address or a password that many devices have. */
const pushSecret = z
  .string({ error: 'letters, digits, - and _, 16 to 128 of them' })
  .regex(/^[A-Za-z0-9_-]{16,128}$/, { error: 'letters, digits, - and _, 16 to 128 of them' })
  .optional();
const listener = wholeNumber(0, 65_535, ', 0 for any free one').optional();

const Vendors = z
  .strictObject({
    host: text('the address to listen on, such as 127.0.0.1').default('127.0.0.1'),
    jt808Port: listener,
    firePanelPort: listener,
    contactIdPort: listener,
    gb28181Port: listener,
    isapiSecret: pushSecret,
    ctwingSecret: pushSecret,
    gb28181Secret: pushSecret,
    milesightSecret: pushSecret,
    thethingsSecret: pushSecret,
    onenetToken: text('the token of the push as OneNET has it').optional(),
  })
  .transform(
    ({ host, jt808Port, firePanelPort, contactIdPort, gb28181Port, ...secret }): VendorSettings => ({
      host,
      ports: { jt808: jt808Port, firePanel: firePanelPort, contactId: contactIdPort, gb28181: gb28181Port },
      secrets: {
        isapi: secret.isapiSecret,
        ctwing: secret.ctwingSecret,
        gb28181: secret.gb28181Secret,
        milesight: secret.milesightSecret,
        thethings: secret.thethingsSecret,
        onenet: secret.onenetToken,
      },
    }),
  );

const InfluxKeys = z.strictObject({
  api: z.enum(['v1', 'v2', 'v3'], { error: 'v1, v2 or v3' }).default('v2'),
  url: url(['http', 'https'], 'http://127.0.0.1:8086'),
  org: text('the organisation').optional(),
  bucket: text('the bucket').optional(),
  token: text('a token').optional(),
  database: text('the database').optional(),
  username: text('a user name').optional(),
  password: text('a password').optional(),
  keepDays: wholeNumber(1, 36_500, ' days').optional(),
});

/** The keys that each version of InfluxDB cannot do without. */
const INFLUX_NEEDS = { v1: ['database'], v2: ['org', 'bucket', 'token'], v3: ['database', 'token'] } as const;

/** Looked at even where another key is wrong, so that all faults are told at once. */
const Influx = InfluxKeys.superRefine(
  ({ api, ...given }, context) => {
    for (const key of INFLUX_NEEDS[api] ?? [])
      if (given[key] === undefined)
        context.addIssue({ code: 'custom', path: [key], message: `a value, because influx.api is ${api}` });
    if (given.keepDays !== undefined && api !== 'v1')
      context.addIssue({
        code: 'custom',
        path: ['keepDays'],
        message: `nothing: ${api} sets it on its bucket or database`,
      });
  },
  { when: ({ value }) => typeof value === 'object' && value !== null },
).transform(
  ({
    api,
    url: address,
    username,
    password,
    keepDays,
    org = '',
    bucket = '',
    token = '',
    database = '',
  }): InfluxSettings => {
    if (api === 'v1') return { api, url: address, database, username, password, keepDays };
    return api === 'v2' ? { api, url: address, org, bucket, token } : { api, url: address, database, token };
  },
);

/** Both or neither: a camera has to be told where to bring its events. */
const Onvif = z
  .strictObject({
    pushHost: text('the address to listen on, such as 0.0.0.0').default('127.0.0.1'),
    pushPort: wholeNumber(1, 65_535, '').optional(),
    pushUrl: url(['http'], 'http://10.0.3.7:8081').optional(),
  })
  .superRefine(({ pushPort, pushUrl }, context) => {
    if ((pushPort === undefined) === (pushUrl === undefined)) return;
    const [path, message] =
      pushUrl === undefined
        ? ['pushUrl', 'the address by which cameras reach onvif.pushPort, such as http://10.0.3.7:8081']
        : ['pushPort', 'the port to listen on, because onvif.pushUrl is set'];
    context.addIssue({ code: 'custom', path: [path], message });
  })
  .transform(({ pushHost, pushPort, pushUrl }): Settings['onvif'] => ({
    push:
      pushPort === undefined || pushUrl === undefined ? undefined : { host: pushHost, port: pushPort, url: pushUrl },
  }));

const Journal = z.strictObject({ keepDays: wholeNumber(1, 36_500, ' days').default(200) });

const Archive = z.strictObject({
  rawDays: wholeNumber(1, 36_500, ' days').default(30),
  keepDays: wholeNumber(1, 36_500, ' days').default(1_825),
});

/** 30 days at least: State Council order 799 (公共安全视频图像信息系统管理条例). */
const evidenceDays = (otherwise: number) => wholeNumber(30, 36_500, ' days').default(otherwise);
const Evidence = z.strictObject({
  clipBeforeS: wholeNumber(0, 60, ' seconds').default(10),
  clipAfterS: wholeNumber(1, 60, ' seconds').default(5),
  armedQuality: z.enum(['main', 'sub'], { error: 'main or sub' }).default('sub'),
  armedCamerasMax: wholeNumber(0, 1_024, ' cameras').default(256),
  ringMaxMiB: wholeNumber(16, 65_536, ' MiB').default(256),
  snapshotDays: evidenceDays(90),
  clipDays: evidenceDays(30),
  photoDays: evidenceDays(90),
  maxGiB: wholeNumber(1, 1_000_000, ' GiB').default(50),
});

/** What the overrides of alarm types may name, from the shipped catalogue. */
export type Overridable = Readonly<{ codes: readonly string[]; limitProfiles: readonly string[] }>;

const severityError = '1 (red), 2 (orange), 3 (yellow) or 4 (blue)';
const Severity = z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)], { error: severityError });

const alarmTypes = ({ codes, limitProfiles }: Overridable) => {
  const Override = z.strictObject({
    severity: Severity.optional(),
    mergeWindowMs: wholeNumber(0, 604_800_000, ' ms').optional(),
    limitProfile: z.enum(limitProfiles, { error: `one of ${limitProfiles.join(', ')}` }).optional(),
  });
  return z.strictObject(Object.fromEntries(codes.map((code) => [code, Override.optional()]))).default({});
};

/** The keys of `fengsui.yaml`, as in the table of the README. An unknown key is refused. */
export const settingsSchema = (known: Overridable) =>
  z.strictObject({
    http: Http.prefault({}),
    dataDir: text('a folder').default('./data'),
    adminPassword: z
      .string({ error: 'a password of 10 to 200 characters' })
      .min(10, { error: 'a password of 10 to 200 characters' })
      .max(200, { error: 'a password of 10 to 200 characters' })
      .optional(),
    mqtt: Mqtt.prefault({}),
    onvif: Onvif.prefault({}),
    vendors: Vendors.prefault({}),
    influx: Influx.optional(),
    natsUrl: url(['nats', 'tls'], 'nats://127.0.0.1:4222').optional(),
    deviceNetworks: z
      .array(Cidr, { error: `a list of networks, each ${CIDR_EXPECTED}` })
      .max(100, { error: 'at most 100 networks' })
      .default(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10']),
    journal: Journal.prefault({}),
    evidence: Evidence.prefault({}),
    webrtc: WebRtc.prefault({}),
    rtmp: Rtmp.prefault({}),
    transcode: Transcode.prefault({}),
    archive: Archive.prefault({}),
    logLevel: z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
        error: 'fatal, error, warn, info, debug, trace or silent',
      })
      .default('info'),
    city: z
      .string({ error: 'a division code of 12 digits in quotes, such as "360900000000"' })
      .regex(/^\d{12}$/, { error: 'a division code of 12 digits in quotes, such as "360900000000"' })
      .default('360900000000'),
    clockAllowanceMs: wholeNumber(0, 86_400_000, ' ms').default(120_000),
    deviceRate: DeviceRate.prefault({}),
    alarmTypes: alarmTypes(known),
    rules: RulesText.prefault({}),
    linkages: LinkagesText.prefault({}),
    patrol: PatrolText.prefault({}),
    linesFile: text('a file of railway lines').optional(),
  });

/** Keys whose values are never shown to anybody. */
export const SECRETS: ReadonlySet<string> = new Set([
  'adminPassword',
  'mqtt.password',
  'vendors.isapiSecret',
  'vendors.ctwingSecret',
  'vendors.gb28181Secret',
  'vendors.milesightSecret',
  'vendors.thethingsSecret',
  'vendors.onenetToken',
  'influx.token',
  'influx.password',
]);

type Parsed = z.output<ReturnType<typeof settingsSchema>>;

/** Absent and undefined are one here; the rest of the gateway reads `undefined`. */
export function completed({
  mqtt,
  adminPassword,
  influx,
  natsUrl,
  linesFile,
  alarmTypes: overrides,
  ...rest
}: Parsed): Settings {
  const { url: brokerUrl, username, password, tls, profilesDir, ...broker } = mqtt;
  return {
    ...rest,
    adminPassword,
    natsUrl,
    linesFile,
    influx,
    mqtt: { ...broker, url: brokerUrl, username, password, tls, profilesDir },
    alarmTypes: Object.fromEntries(Object.entries(overrides).map(([code, given]) => [code, withoutGaps(given ?? {})])),
  };
}

type Override = Settings['alarmTypes'][string];
const withoutGaps = ({
  severity,
  mergeWindowMs,
  limitProfile,
}: NonNullable<Parsed['alarmTypes'][string]>): Override => ({
  ...(severity === undefined ? {} : { severity }),
  ...(mergeWindowMs === undefined ? {} : { mergeWindowMs }),
  ...(limitProfile === undefined ? {} : { limitProfile }),
});
