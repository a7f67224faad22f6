import { family, type Me, type MqttMessage, record } from '../family.ts';

const APPLICATION = 'hulu-zhangshu';
/** The track at K812+300, and how many degrees of latitude a metre is. */
const TRACK = { lng: 114.562, lat: 27.8123 };
const METRE = 1 / 111_195;

/** Source: thethingsindustries.com, Data Formats. Values of "", 0 and false are left out. */
const up = ({ name, nth, now }: Me, decoded_payload: object): MqttMessage => ({
  topic: `v3/${APPLICATION}@yichun/devices/${name}/up`,
  qos: 0,
  payload: JSON.stringify({
    end_device_ids: { device_id: name, application_ids: { application_id: APPLICATION }, dev_eui: '0004A30B00360099' },
    received_at: new Date(now).toISOString(),
    uplink_message: {
      ...{ session_key_id: 'AXA50hHUGUTiL/ryUA==', f_port: 2, f_cnt: nth + 1, decoded_payload },
      received_at: new Date(now).toISOString(),
    },
  }),
});
const standing = (me: Me, metresNorth: number): MqttMessage =>
  up(me, { latitude: TRACK.lat + metresNorth * METRE, longitude: TRACK.lng, battery: 82 });

export default family({
  about: {
    zh: 'LoRaWAN 耕牛项圈（The Things Stack），走近线路',
    en: 'A LoRaWAN collar that walks to the track (The Things Stack)',
  },
  name: 'collar-0099',
  records: (name) => [record('sim-thethings', 'sensor', 'thethings', { aliases: [name], tags: ['collar'] })],
  raises: { device: 'sim-thethings', type: 'railway.cattle.warning' },
  refused: 'wrong-type',
  way: 'mqtt',
  says: {
    // 15 m farther than the warning distance ends it, and a fix that lies 30 m away is no jump
    heartbeat: (me) => [standing(me, 218)],
    alarm: (me) => [standing(me, 196)],
    end: (me) => [standing(me, 218)],
    malformed: (me) => [up(me, { latitude: '28.0612N', longitude: 115.5371 })],
  },
  obeys: {
    listens: ({ name }) => `v3/+/devices/${name}/down/push`,
    answer: ({ topic }, { name }) => [
      {
        topic: topic.replace(/push$/, 'sent'),
        payload: JSON.stringify({ end_device_ids: { device_id: name }, downlink_sent: { f_port: 85 } }),
      },
    ],
  },
});
