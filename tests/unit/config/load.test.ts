import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

import { faultText } from '../../../config/fault.ts';
import { loadSettings } from '../../../config/load.ts';
import { maskedText } from '../../../config/masked.ts';

function written(text: string, name = 'fengsui.yaml'): string {
  const folder = mkdtempSync(join(tmpdir(), 'fengsui-config-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

function settingsOf(text: string, env: Record<string, string> = {}) {
  const settings = loadSettings({ file: written(text), env });
  if (!settings.ok) throw new Error(settings.error.map(faultText).join('\n'));
  return settings.value;
}

function faultsOf(text: string, env: Record<string, string> = {}): readonly string[] {
  const settings = loadSettings({ file: written(text), env });
  return settings.ok ? [] : settings.error.map(faultText);
}

it('finds the shipped file sound, with the defaults that the design names', () => {
  const settings = loadSettings({ file: 'config/fengsui.yaml', env: {} });
  expect(settings).toMatchObject({
    ok: true,
    value: {
      http: { host: '127.0.0.1', port: 8080 },
      dataDir: './data',
      adminPassword: undefined,
      mqtt: { url: undefined, host: '127.0.0.1', port: 1883 },
      influx: undefined,
      natsUrl: undefined,
      deviceNetworks: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'],
      logLevel: 'info',
    },
  });
});

it('gives the same settings without a file, with an empty one and with the shipped one', () => {
  const shipped = loadSettings({ file: 'config/fengsui.yaml', env: {} });
  expect(loadSettings({ file: undefined, env: {} })).toEqual(shipped);
  expect(settingsOf('# nothing\n')).toEqual(shipped.ok && shipped.value);
});

it('lets the environment win over the file', () => {
  const env = { FENGSUI_HTTP_PORT: '9001', FENGSUI_DEVICE_NETWORKS: '127.0.0.0/8, 10.0.0.0/8', FENGSUI_LOG_LEVEL: '' };
  const settings = settingsOf('http: { port: 9000 }\nlogLevel: warn\n', env);
  expect(settings).toMatchObject({
    http: { port: 9001 },
    deviceNetworks: ['127.0.0.0/8', '10.0.0.0/8'],
    logLevel: 'warn',
  });
});

it('names a fault by line, path, value and what was expected', () => {
  expect(faultsOf('logLevel: info\nmqtt:\n  url: http://10.0.3.7\n')).toEqual([
    "fengsui.yaml:3 mqtt.url is 'http://10.0.3.7', expected mqtt:// or mqtts://, such as mqtts://broker.example:8883",
  ]);
});

it('names the variable when the value came from the environment', () => {
  expect(faultsOf('mqtt:\n  host: 127.0.0.1\n', { FENGSUI_MQTT_PORT: 'seven' })).toEqual([
    "FENGSUI_MQTT_PORT mqtt.port is 'seven', expected a whole number from 0 to 65535, 0 for any free one",
  ]);
});

it('names all faults at once, in the order of the file', () => {
  const faults = faultsOf('http:\n  port: -1\nmqqt: {}\ninflux:\n  url: ftp://x\ndeviceNetworks: [lan]\n');
  expect(faults.map((fault) => fault.replace(/ (is|missing).*/, ''))).toEqual([
    'fengsui.yaml:2 http.port',
    'fengsui.yaml:3 mqqt',
    'fengsui.yaml:4 influx.org',
    'fengsui.yaml:4 influx.bucket',
    'fengsui.yaml:4 influx.token',
    'fengsui.yaml:5 influx.url',
    'fengsui.yaml:6 deviceNetworks.0',
  ]);
});

it.each([
  ['v1', { FENGSUI_INFLUX_DATABASE: 'fengsui' }, { api: 'v1', database: 'fengsui', username: undefined }],
  ['v2', { FENGSUI_INFLUX_ORG: 'o', FENGSUI_INFLUX_BUCKET: 'b', FENGSUI_INFLUX_TOKEN: 't' }, { api: 'v2', token: 't' }],
  ['v3', { FENGSUI_INFLUX_DATABASE: 'fengsui', FENGSUI_INFLUX_TOKEN: 't' }, { api: 'v3', database: 'fengsui' }],
])('takes what InfluxDB %s needs', (api, env, influx) => {
  const url = 'http://127.0.0.1:8086';
  expect(settingsOf('', { FENGSUI_INFLUX_URL: url, FENGSUI_INFLUX_API: api, ...env }).influx).toMatchObject({
    url,
    ...influx,
  });
});

it('reads a secret from the file that a variable names', () => {
  const file = written('from the secret store\n', 'secret');
  expect(settingsOf('', { FENGSUI_MQTT_PASSWORD_FILE: file }).mqtt.password).toBe('from the secret store');
  expect(faultsOf('', { FENGSUI_MQTT_PASSWORD_FILE: '/nowhere/secret' })).toEqual([
    "FENGSUI_MQTT_PASSWORD_FILE mqtt.password is '/nowhere/secret', expected a file that can be read",
  ]);
});

it('never shows a secret, neither in a fault nor in the settings', () => {
  const faults = faultsOf('adminPassword: hunter2\nmqtt:\n  url: http://u:hunter2@host\n  password: [hunter2]\n');
  expect(faults).toHaveLength(3);
  expect(faults.join('\n')).not.toContain('hunter2');
  expect(faultsOf('a: "hunter2\nb: [hunter2').join('\n')).not.toContain('hunter2');
  const settings = settingsOf('adminPassword: hunter2hunter2\nmqtt: { password: hunter2 }\n');
  expect(maskedText(settings)).not.toContain('hunter2');
  expect(maskedText(settings)).toContain('***');
});

it("takes a city's own values for an alarm type and refuses one that does not exist", () => {
  const settings = settingsOf('alarmTypes:\n  railway.flood: { severity: 1, mergeWindowMs: 0, limitProfile: life }\n');
  expect(settings.alarmTypes).toEqual({ 'railway.flood': { severity: 1, mergeWindowMs: 0, limitProfile: 'life' } });
  const [unknown] = faultsOf('alarmTypes:\n  railway.flod: { severity: 1 }\n');
  expect(unknown).toMatch(
    /^fengsui\.yaml:2 alarmTypes\.railway\.flod is '\(an unknown key\)', expected .* railway\.flood,/,
  );
  expect(faultsOf('alarmTypes:\n  railway.flood: { limitProfile: fast }\n')).toEqual([
    "fengsui.yaml:2 alarmTypes.railway.flood.limitProfile is 'fast', expected one of life, railway, security, order, maintenance",
  ]);
});

it.each([
  ['a key twice', 'logLevel: info\nlogLevel: warn\n', "fengsui.yaml:2 is 'DUPLICATE_KEY', expected each key once"],
  ['a list in place of keys', '- a\n', "fengsui.yaml:1 is 'not a map', expected key: value lines"],
  [
    'a prototype',
    '__proto__: { logLevel: x }\n',
    "fengsui.yaml:1 __proto__ is '(an unknown key)', expected a key of a setting",
  ],
  [
    'aliases without end',
    `a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\nc: [*b, *b, *b, *b, *b, *b, *b]\n`,
    "fengsui.yaml is 'too many aliases', expected at most 20 uses of aliases",
  ],
])('refuses %s', (_what, text, fault) => {
  expect(faultsOf(text)).toEqual([fault]);
});

it('says which file is missing', () => {
  const settings = loadSettings({ file: '/nowhere/fengsui.yaml', env: {} });
  expect(settings.ok ? [] : settings.error.map(faultText)).toEqual([
    '/nowhere/fengsui.yaml is missing, expected a settings file (FENGSUI_CONFIG)',
  ]);
});
