import { loadCatalogue } from '../../config/catalogue.ts';

export type FlowPorts = Readonly<{ mqttPort: number; influxPort: number; database: string }>;

/** Points that share one request, and how long the first of them waits: one request for each point floods InfluxDB. */
const GATHERED_MAX = 500;
const GATHERED_MS = 100;

const CLIENT_ID = 'bench-node-red';
const TOPIC = 'fengsui/v1/+/event';

/**
 * The same decision as far as a flow makes it: the event's type looked up in the catalogue, and either a new alarm or
 * the open one of this device and type with its count and last time. Out of it one point for InfluxDB, with a time of
 * its own so that none covers another, and the alarm for the screens.
 */
const decision = (types: Readonly<Record<string, number>>): string => `
const severity = ${JSON.stringify(types)}[msg.payload.type];
if (severity === undefined) return null;
const device = msg.topic.split('/')[2];
const key = device + ' ' + msg.payload.type;
const open = flow.get('open') || {};
const at = msg.payload.at === undefined ? Date.now() : Date.parse(msg.payload.at);
const was = open[key];
const active = msg.payload.active !== false;
const alarm = was === undefined || !was.active
  ? { id: RED.util.generateId(), device, type: msg.payload.type, severity, occurredAt: at, lastAt: at, count: 1, active }
  : { ...was, lastAt: Math.max(was.lastAt, at), count: was.count + 1, active, value: msg.payload.value };
open[key] = alarm;
flow.set('open', open);
const serial = (context.get('serial') || 0) + 1;
context.set('serial', serial);
const time = String(at) + String(serial % 1000000).padStart(6, '0');
const point = [
  { event: msg.payload.id, alarm: alarm.id, device, count: alarm.count, value: msg.payload.value || 0, time },
  { type: alarm.type, severity: String(severity) },
];
return [{ payload: point }, { payload: JSON.stringify(alarm) }];`;

/** MQTT in (QoS 1, a session that lasts) → function → join → InfluxDB 1.x out, and websocket out: the nodes as they come. */
export function flowOf({ mqttPort, influxPort, database }: FlowPorts): readonly object[] {
  const z = 'tab';
  const types = Object.fromEntries([...loadCatalogue().alarmTypes].map(([code, { severity }]) => [code, severity]));
  return [
    { id: z, type: 'tab', label: 'bench' },
    {
      ...{ id: 'broker', type: 'mqtt-broker', broker: '127.0.0.1', port: String(mqttPort), clientid: CLIENT_ID },
      ...{ autoConnect: true, usetls: false, protocolVersion: '4', keepalive: '60', cleansession: false },
      autoUnsubscribe: false,
    },
    {
      ...{ id: 'in', z, type: 'mqtt in', topic: TOPIC, qos: '1', datatype: 'json', broker: 'broker', inputs: 0 },
      wires: [['decide']],
    },
    { id: 'decide', z, type: 'function', func: decision(types), outputs: 2, wires: [['gather'], ['screens']] },
    {
      ...{ id: 'gather', z, type: 'join', mode: 'custom', build: 'array', property: 'payload', propertyType: 'msg' },
      ...{ count: String(GATHERED_MAX), timeout: String(GATHERED_MS / 1000), accumulate: false, wires: [['out']] },
    },
    { id: 'out', z, type: 'influxdb out', influxdb: 'influx', measurement: 'alarm_event', precision: 'n', wires: [] },
    {
      ...{ id: 'influx', type: 'influxdb', hostname: '127.0.0.1', port: String(influxPort), protocol: 'http' },
      ...{ database, influxdbVersion: '1.x' },
    },
    { id: 'screens', z, type: 'websocket out', server: 'listener', client: '', wires: [] },
    { id: 'listener', type: 'websocket-listener', path: '/alarms', wholemsg: 'false' },
  ];
}
