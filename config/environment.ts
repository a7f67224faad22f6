import { readFileSync } from 'node:fs';
import { failed, ok, type Result } from '../gateway/domain/result.ts';
import type { ConfigFault } from './fault.ts';

/** How the text of a variable becomes a value: numbers that are none stay text, for the schema to refuse. */
type Reading = 'text' | 'number' | 'list';

/** Every setting that the environment can give, by its path in the file. The environment wins over the file. */
export const VARIABLES: Readonly<Record<string, readonly [path: string, reading: Reading]>> = {
  FENGSUI_HTTP_HOST: ['http.host', 'text'],
  FENGSUI_HTTP_PORT: ['http.port', 'number'],
  FENGSUI_DATA_DIR: ['dataDir', 'text'],
  FENGSUI_ADMIN_PASSWORD: ['adminPassword', 'text'],
  FENGSUI_MQTT_URL: ['mqtt.url', 'text'],
  FENGSUI_MQTT_HOST: ['mqtt.host', 'text'],
  FENGSUI_MQTT_PORT: ['mqtt.port', 'number'],
  FENGSUI_MQTT_USERNAME: ['mqtt.username', 'text'],
  FENGSUI_MQTT_PASSWORD: ['mqtt.password', 'text'],
  FENGSUI_MQTT_CLIENT_ID: ['mqtt.clientId', 'text'],
  FENGSUI_MQTT_MESSAGES_PER_SECOND: ['mqtt.messagesPerSecond', 'number'],
  FENGSUI_MQTT_TLS_CERT_FILE: ['mqtt.tls.certFile', 'text'],
  FENGSUI_MQTT_TLS_KEY_FILE: ['mqtt.tls.keyFile', 'text'],
  FENGSUI_MQTT_COMMAND_TIMEOUT_MS: ['mqtt.commandTimeoutMs', 'number'],
  FENGSUI_MQTT_PROFILES_DIR: ['mqtt.profilesDir', 'text'],
  FENGSUI_ONVIF_PUSH_HOST: ['onvif.pushHost', 'text'],
  FENGSUI_ONVIF_PUSH_PORT: ['onvif.pushPort', 'number'],
  FENGSUI_ONVIF_PUSH_URL: ['onvif.pushUrl', 'text'],
  FENGSUI_VENDORS_HOST: ['vendors.host', 'text'],
  FENGSUI_VENDORS_JT808_PORT: ['vendors.jt808Port', 'number'],
  FENGSUI_VENDORS_FIRE_PANEL_PORT: ['vendors.firePanelPort', 'number'],
  FENGSUI_VENDORS_CONTACT_ID_PORT: ['vendors.contactIdPort', 'number'],
  FENGSUI_VENDORS_GB28181_PORT: ['vendors.gb28181Port', 'number'],
  FENGSUI_VENDORS_ISAPI_SECRET: ['vendors.isapiSecret', 'text'],
  FENGSUI_VENDORS_CTWING_SECRET: ['vendors.ctwingSecret', 'text'],
  FENGSUI_VENDORS_GB28181_SECRET: ['vendors.gb28181Secret', 'text'],
  FENGSUI_VENDORS_MILESIGHT_SECRET: ['vendors.milesightSecret', 'text'],
  FENGSUI_VENDORS_THETHINGS_SECRET: ['vendors.thethingsSecret', 'text'],
  FENGSUI_VENDORS_ONENET_TOKEN: ['vendors.onenetToken', 'text'],
  FENGSUI_INFLUX_URL: ['influx.url', 'text'],
  FENGSUI_INFLUX_API: ['influx.api', 'text'],
  FENGSUI_INFLUX_TOKEN: ['influx.token', 'text'],
  FENGSUI_INFLUX_ORG: ['influx.org', 'text'],
  FENGSUI_INFLUX_BUCKET: ['influx.bucket', 'text'],
  FENGSUI_INFLUX_DATABASE: ['influx.database', 'text'],
  FENGSUI_INFLUX_USERNAME: ['influx.username', 'text'],
  FENGSUI_INFLUX_PASSWORD: ['influx.password', 'text'],
  FENGSUI_INFLUX_KEEP_DAYS: ['influx.keepDays', 'number'],
  FENGSUI_NATS_URL: ['natsUrl', 'text'],
  FENGSUI_DEVICE_NETWORKS: ['deviceNetworks', 'list'],
  FENGSUI_WEBRTC_PORTS: ['webrtc.ports', 'text'],
  FENGSUI_WEBRTC_ADDRESSES: ['webrtc.addresses', 'list'],
  FENGSUI_RTMP_HOST: ['rtmp.host', 'text'],
  FENGSUI_RTMP_PORT: ['rtmp.port', 'number'],
  FENGSUI_TRANSCODE_HARDWARE: ['transcode.hardware', 'text'],
  FENGSUI_JOURNAL_KEEP_DAYS: ['journal.keepDays', 'number'],
  FENGSUI_ARCHIVE_RAW_DAYS: ['archive.rawDays', 'number'],
  FENGSUI_ARCHIVE_KEEP_DAYS: ['archive.keepDays', 'number'],
  FENGSUI_EVIDENCE_CLIP_BEFORE_S: ['evidence.clipBeforeS', 'number'],
  FENGSUI_EVIDENCE_CLIP_AFTER_S: ['evidence.clipAfterS', 'number'],
  FENGSUI_EVIDENCE_ARMED_QUALITY: ['evidence.armedQuality', 'text'],
  FENGSUI_EVIDENCE_ARMED_CAMERAS_MAX: ['evidence.armedCamerasMax', 'number'],
  FENGSUI_EVIDENCE_RING_MAX_MIB: ['evidence.ringMaxMiB', 'number'],
  FENGSUI_EVIDENCE_SNAPSHOT_DAYS: ['evidence.snapshotDays', 'number'],
  FENGSUI_EVIDENCE_CLIP_DAYS: ['evidence.clipDays', 'number'],
  FENGSUI_EVIDENCE_PHOTO_DAYS: ['evidence.photoDays', 'number'],
  FENGSUI_EVIDENCE_MAX_GIB: ['evidence.maxGiB', 'number'],
  FENGSUI_LOG_LEVEL: ['logLevel', 'text'],
  FENGSUI_CITY: ['city', 'text'],
  FENGSUI_LINES_FILE: ['linesFile', 'text'],
  FENGSUI_CLOCK_ALLOWANCE_MS: ['clockAllowanceMs', 'number'],
  FENGSUI_DEVICE_RATE_PER_SECOND: ['deviceRate.perSecond', 'number'],
  FENGSUI_DEVICE_RATE_BURST: ['deviceRate.burst', 'number'],
};

export type Environment = Readonly<Record<string, string | undefined>>;
export type Given = Readonly<{ variable: string; path: string; value: unknown }>;

/**
 * What the environment says. `FENGSUI_MQTT_PASSWORD_FILE` names a file that holds the value (a container's secret);
 * an empty variable counts as not set.
 */
export function readEnvironment(env: Environment): Result<readonly Given[], readonly ConfigFault[]> {
  const given: Given[] = [];
  const faults: ConfigFault[] = [];
  for (const [variable, [path, reading]] of Object.entries(VARIABLES)) {
    const value = env[variable];
    const file = env[`${variable}_FILE`];
    if (value !== undefined && value !== '') given.push({ variable, path, value: readAs(value, reading) });
    else if (file !== undefined && file !== '') {
      const content = contentOf(`${variable}_FILE`, path, file);
      if (content.ok) given.push({ variable: `${variable}_FILE`, path, value: readAs(content.value, reading) });
      else faults.push(content.error);
    }
  }
  return faults.length > 0 ? failed(faults) : ok(given);
}

function readAs(value: string, reading: Reading): unknown {
  if (reading === 'number') return /^\d{1,15}$/.test(value) ? Number(value) : value;
  if (reading === 'list') return value.split(',').map((part) => part.trim());
  return value;
}

function contentOf(variable: string, path: string, file: string): Result<string, ConfigFault> {
  try {
    return ok(readFileSync(file, 'utf8').trimEnd());
  } catch {
    const fault = { where: variable, line: undefined, path, value: file, expected: 'a file that can be read' };
    return failed(fault);
  }
}
