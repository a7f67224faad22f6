import { family, type Me, type MqttMessage, record } from '../family.ts';

/** The input that the barrier's arm is wired to. Source: open.vzicloud.com. */
const input = ({ name, nth, now }: Me, value: number): MqttMessage => ({
  topic: `device/${name}/message/up/gpio_in`,
  payload: JSON.stringify({
    ...{ id: `${now}${nth}`, bv: 12378, sn: name, name: 'gpio_in', version: '1.0', timestamp: Math.floor(now / 1000) },
    payload: { body: { AlarmGioIn: { serialno: name, result: { TriggerResult: { source: 0, value } } } } },
  }),
});

export default family({
  about: { zh: '道闸相机：撞杆（车牌不订阅）', en: 'A barrier camera: the arm was hit; plates are not subscribed' },
  name: '265e1040-85e01f99',
  records: (name) => [
    record('sim-plate-camera', 'access', 'plate-camera', {
      aliases: [name],
      settings: { gpio_in: { '0': 'community.barrier.hit' } },
    }),
  ],
  raises: { device: 'sim-plate-camera', type: 'community.barrier.hit' },
  refused: 'unknown-code',
  way: 'mqtt',
  says: { alarm: (me) => [input(me, 2)], malformed: (me) => [input(me, 7)] },
});
