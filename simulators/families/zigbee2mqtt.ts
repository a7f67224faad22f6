import { z } from 'zod';
import { family, type Me, type MqttMessage, record } from '../family.ts';

const Settings = z.record(z.string(), z.json());

const state = ({ name }: Me, more: object): MqttMessage => ({
  topic: `zigbee2mqtt/${name}`,
  payload: JSON.stringify({ ...more, battery: 78, battery_low: false, tamper: false, linkquality: 87, test: false }),
});

export default family({
  about: { zh: 'Zigbee 烟感（Zigbee2MQTT）', en: 'A Zigbee smoke detector (Zigbee2MQTT)' },
  name: '模拟小区/1201/烟感',
  records: (name) => [record('sim-zigbee2mqtt', 'sensor', 'zigbee2mqtt', { aliases: [name] })],
  raises: { device: 'sim-zigbee2mqtt', type: 'community.fire.smoke' },
  refused: 'not-json',
  way: 'mqtt',
  says: {
    start: ({ name }) => [{ topic: `zigbee2mqtt/${name}/availability`, payload: '{"state":"online"}', retain: true }],
    heartbeat: (me) => [state(me, { smoke: false })],
    alarm: (me) => [state(me, { smoke: true })],
    end: (me) => [state(me, { smoke: false })],
    malformed: ({ name }) => [{ topic: `zigbee2mqtt/${name}`, payload: '{"smoke":true,"battery":78,' }],
  },
  obeys: {
    listens: ({ name }) => `zigbee2mqtt/${name}/set`,
    // the bridge tells the state that it has set
    answer: ({ payload }, me) => [
      state(me, { smoke: false, ...Settings.catch({}).parse(JSON.parse(payload.toString())) }),
    ],
  },
});
