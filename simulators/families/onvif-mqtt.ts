import { family, type Me, type MqttMessage, record } from '../family.ts';

const inside = ({ name, now }: Me, isInside: boolean): MqttMessage => ({
  topic: `${name}/onvif-ej/RuleEngine/FieldDetector/ObjectsInside/&1/2/限界`,
  retain: true, // a property: whoever comes later finds it
  payload: JSON.stringify({
    UtcTime: new Date(now).toISOString(),
    Source: { VideoSource: '1', AnalyticsConfiguration: '2', Rule: '限界' },
    Data: { ObjectId: '16', IsInside: String(isInside) },
  }),
});

/** Source: ONVIF Core, event broker; Profile M. */
export default family({
  about: {
    zh: 'ONVIF 摄像机经 MQTT 报事件：区域入侵',
    en: 'An ONVIF camera that tells events over MQTT: somebody inside',
  },
  name: 'sim-onvif-cam',
  records: (name) => [record('sim-onvif-mqtt', 'camera', 'onvif-mqtt', { aliases: [name] })],
  raises: { device: 'sim-onvif-mqtt', type: 'camera.area.intrusion' },
  refused: 'not-json',
  way: 'mqtt',
  says: {
    alarm: (me) => [inside(me, true)],
    end: (me) => [inside(me, false)],
    // the slip of the specification's own example, which some firmware copies
    malformed: (me) => [
      { topic: inside(me, true).topic, payload: '{"UtcTime": "2026-11-24T04:30:07.789Z\n"Source": {}}' },
    ],
  },
});
