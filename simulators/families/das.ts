import { family, type Me, type MqttMessage, record } from '../family.ts';
import { chinaTime } from '../wall-clock.ts';

const event = ({ name, nth, now }: Me, state: 'start' | 'end', distance_m = 2291): MqttMessage => ({
  topic: `das/${name}/event`,
  payload: JSON.stringify({
    ...{ hostId: name, channel: 1, eventId: `${now}-${nth}`, kind: 'dig_machine', distance_m, width_m: 10 },
    ...{ confidence: 0.86, time: chinaTime(now), state },
  }),
});

export default family({
  about: { zh: '振动光纤主机：机械挖掘', en: 'A vibrating-fibre host: digging by machine' },
  name: 'DAS-SIM-0812',
  records: (name) => [
    record('sim-das', 'railway', 'das', {
      aliases: [`${name}/1`],
      place: { line: '沪昆线', km: 'K810+000', direction: 'down' },
      settings: { km_start: 'K810+000', m_per_m: 1.004 },
    }),
  ],
  raises: { device: 'sim-das', type: 'railway.vibration.digging' },
  refused: 'out-of-range',
  way: 'mqtt',
  says: {
    alarm: (me) => [event(me, 'start')],
    end: (me) => [event(me, 'end')],
    malformed: (me) => [event(me, 'start', -15)],
  },
});
