import { family, type Me, type MqttMessage, record } from '../family.ts';
import { chinaTime } from '../wall-clock.ts';

const sensor = ({ name, now }: Me, more: object): MqttMessage => ({
  topic: `tele/${name}/SENSOR`,
  payload: JSON.stringify({ Time: chinaTime(now, 'T'), ...more }),
});

export default family({
  about: { zh: 'Tasmota 触点模块：水浸', en: 'A Tasmota contact module: water' },
  name: 'tasmota_3A0799',
  records: (name) => [
    record('sim-tasmota', 'sensor', 'tasmota', {
      aliases: [name],
      zone: 'Asia/Shanghai',
      types: { Switch1: 'community.water.leak' },
    }),
  ],
  raises: { device: 'sim-tasmota', type: 'community.water.leak' },
  refused: 'not-json',
  way: 'mqtt',
  says: {
    start: ({ name }) => [{ topic: `tele/${name}/LWT`, payload: 'Online', retain: true }],
    heartbeat: (me) => [sensor(me, { Switch1: 'OFF' })],
    alarm: (me) => [sensor(me, { Switch1: 'ON' })],
    end: (me) => [sensor(me, { Switch1: 'OFF' })],
    malformed: ({ name }) => [{ topic: `tele/${name}/SENSOR`, payload: '{"Time":' }],
  },
  obeys: {
    listens: ({ name }) => `cmnd/${name}/POWER`,
    answer: ({ payload }, { name }) => [
      { topic: `stat/${name}/RESULT`, payload: JSON.stringify({ POWER: payload.toString() }) },
    ],
  },
});
