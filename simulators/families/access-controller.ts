import { family, type Me, type MqttMessage, record } from '../family.ts';

const post = ({ name, nth, now }: Me, event: string, params: object, time: number | string = now): MqttMessage => ({
  topic: `sys/access/${name}/thing/event/${event}/post`,
  payload: JSON.stringify({ id: `${now}${nth}`, version: '1.0', method: `thing.event.${event}.post`, time, params }),
});
const forced = (me: Me, state: 0 | 1): MqttMessage => post(me, 'doorAlarm', { door: 2, alarm: 'forced_open', state });

export default family({
  about: { zh: '物模型门禁控制器：强行开门', en: 'A thing-model door controller: a door forced' },
  name: 'AC3609020099',
  records: (name) => [record('sim-access-controller', 'access', 'access-controller', { aliases: [name] })],
  raises: { device: 'sim-access-controller', type: 'community.door.forced' },
  refused: 'bad-time',
  way: 'mqtt',
  says: {
    heartbeat: ({ name, nth, now }) => [
      {
        topic: `sys/access/${name}/heartbeat`,
        payload: JSON.stringify({ id: `${now}${nth}`, time: now, interval: 30 }),
      },
    ],
    alarm: (me) => [forced(me, 1)],
    end: (me) => [forced(me, 0)],
    malformed: (me) => [post(me, 'doorAlarm', { alarm: 'forced_open' }, String(Math.floor(me.now / 1000)))],
  },
});
