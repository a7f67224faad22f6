import { family, type Me, type Push, record } from '../family.ts';

const push = ({ name, now, secret }: Me, payload: unknown): Push => ({
  path: `/vendors/ctwing${secret === undefined ? '' : `/${secret}`}`,
  body: JSON.stringify({
    ...{ upPacketSN: -1, topic: 'v1/up/ad19prof', timestamp: now, productId: '15014772', deviceId: name },
    ...{ protocol: 'lwm2m', messageType: 'dataReport', IMSI: 'undefined', IMEI: '860000000000099', payload },
  }),
});
const status = (me: Me, Alarm_Status: number): Push =>
  push(me, { serviceId: 'notification', serviceData: { Alarm_Status, Battery_Level: 83, RSRP: -101 } });

export default family({
  about: { zh: '电信 CTWing 推送：NB 烟感', en: 'CTWing push: an NB-IoT smoke detector' },
  name: '15014772f0e14b2a8c7d3699',
  records: (name) => [
    record('sim-ctwing', 'sensor', 'ctwing', {
      aliases: [name],
      settings: { map: { Alarm_Status: { '0': 'clear', '2': 'community.fire.smoke' }, Battery_Level: 'battery_pct' } },
    }),
  ],
  raises: { device: 'sim-ctwing', type: 'community.fire.smoke' },
  refused: 'wrong-type',
  way: 'http',
  says: {
    heartbeat: (me) => [status(me, 0)],
    alarm: (me) => [status(me, 2)],
    end: (me) => [status(me, 0)],
    malformed: (me) => [push(me, 'AQID')],
  },
});
