import { randomUUID } from 'node:crypto';
import { family, type Me, type MqttMessage, record } from '../family.ts';

const APPLICATION = 'ca739e26-7b67-4f14-b69e-d568c22a5a75';

/** Source: chirpstack/api, integration.proto. */
const up = ({ name, nth, now }: Me, object: object): MqttMessage => ({
  topic: `application/${APPLICATION}/device/${name}/event/up`,
  payload: JSON.stringify({
    deduplicationId: randomUUID(),
    time: new Date(now).toISOString().replace('Z', '000+00:00'),
    deviceInfo: { applicationId: APPLICATION, deviceProfileName: 'manhole-tilt', devEui: name },
    ...{ fCnt: nth, fPort: 85, data: 'A2cXAQTnHg==', object },
    rxInfo: [{ gatewayId: '0016c001f153a14c', rssi: -103, snr: 4.2 }],
  }),
});

export default family({
  about: { zh: 'LoRaWAN 井盖（ChirpStack）', en: 'A LoRaWAN manhole cover (ChirpStack)' },
  name: '24e1249360980099',
  records: (name) => [record('sim-chirpstack', 'sensor', 'chirpstack', { aliases: [name] })],
  raises: { device: 'sim-chirpstack', type: 'community.manhole.moved' },
  refused: 'out-of-range',
  way: 'mqtt',
  says: {
    heartbeat: (me) => [up(me, { battery: 64 })],
    alarm: (me) => [up(me, { tilt: 31.5, cover: 'open', battery: 64 })],
    end: (me) => [up(me, { tilt: 1, cover: 'closed', battery: 64 })],
    malformed: (me) => [up(me, { latitude: 277.8, longitude: 114.36 })],
  },
  obeys: {
    listens: ({ name }) => `application/+/device/${name}/command/down`,
    // the network has it on air; whether the device heard it shows at its next uplink
    answer: ({ topic }, { name, now }) => [
      {
        topic: topic.replace(/command\/down$/, 'event/txack'),
        payload: JSON.stringify({ downlinkId: now, time: new Date(now).toISOString(), deviceInfo: { devEui: name } }),
      },
    ],
  },
});
