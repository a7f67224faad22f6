import { family, type Me, type MqttMessage, record } from '../family.ts';
import { chinaTime } from '../wall-clock.ts';

const said = ({ now }: Me, code: string, data: object): MqttMessage => ({
  topic: `DahuaVTO/${code}/Event`,
  payload: JSON.stringify({
    Action: 'Pulse',
    Data: { LocaleTime: chinaTime(now), UTC: Math.floor(now / 1000), ...data },
  }),
});
const door = (me: Me, Status: string): MqttMessage => said(me, 'DoorStatus', { Status });

/** Source: elad-bar/DahuaVTO2MQTT. */
export default family({
  about: { zh: '可视对讲门口机：强行开门；受令开门', en: 'A door station: its door forced; opens when told' },
  name: 'DahuaVTO',
  records: (name) => [record('sim-intercom', 'access', 'intercom', { aliases: [name], zone: 'Asia/Shanghai' })],
  raises: { device: 'sim-intercom', type: 'community.door.forced' },
  refused: 'unknown-code',
  way: 'mqtt',
  says: {
    heartbeat: (me) => [door(me, 'Close')],
    alarm: (me) => [door(me, 'Break')],
    end: (me) => [door(me, 'Close')],
    malformed: (me) => [door(me, 'Ajar')],
  },
  obeys: { listens: () => 'DahuaVTO/Command/Open', answer: (_open, me) => [door(me, 'Open'), door(me, 'Close')] },
});
