import { family, type Me, type MqttMessage, record } from '../family.ts';

const up = ({ name, nth, now }: Me, more: object): MqttMessage => ({
  topic: `milesight/hulu/${name}`,
  payload: JSON.stringify({
    applicationID: 1,
    devEUI: name,
    fCnt: nth,
    fPort: 85,
    time: new Date(now).toISOString(),
    ...more,
  }),
});

export default family({
  about: { zh: 'Milesight 网关下的作业门门磁', en: 'A contact on an access gate, behind a Milesight gateway' },
  name: '24e124136b360099',
  records: (name) => [record('sim-milesight', 'railway', 'milesight', { aliases: [name] })],
  raises: { device: 'sim-milesight', type: 'railway.perimeter.gate-open' },
  refused: 'wrong-type',
  way: 'mqtt',
  says: {
    // channel 1 battery 95 %, channel 3 temperature 27.9 °C, channel 6 magnet: bytes as the sensor sends them
    heartbeat: (me) => [up(me, { data: Buffer.from('01755f03671701060000', 'hex').toString('base64') })],
    alarm: (me) => [up(me, { data: Buffer.from('01755f03671701060001', 'hex').toString('base64') })],
    end: (me) => [up(me, { data: Buffer.from('01755f03671701060000', 'hex').toString('base64') })],
    malformed: (me) => [up(me, { data: 'A2cX*AQ==' })],
  },
});
