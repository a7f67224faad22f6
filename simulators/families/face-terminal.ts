import { family, type Me, type MqttMessage, record } from '../family.ts';
import { chinaTime } from '../wall-clock.ts';

/** So many refusals within a minute are an alarm. */
const REFUSALS = 5;

const said = (topic: string, operator: string, info: object): MqttMessage => ({
  topic,
  payload: JSON.stringify({ operator, info }),
});
const refused = ({ name, nth, now }: Me, number: number): MqttMessage =>
  said(`mqtt/face/${name}/Rec`, 'RecPush', {
    ...{
      facesluiceId: name,
      customId: 'c-7f3a91',
      RecordID: `${now}${nth}${number}`,
      VerifyStatus: '2',
      direction: 'entr',
    },
    time: chinaTime(now),
  });

export default family({
  about: {
    zh: '人脸门禁终端：一分钟五次拒绝（不带照片）',
    en: 'An access terminal: five refusals in a minute, without a picture',
  },
  name: '1026799',
  records: (name) => [
    record('sim-face-terminal', 'access', 'face-terminal', { aliases: [name], zone: 'Asia/Shanghai' }),
  ],
  raises: { device: 'sim-face-terminal', type: 'community.door.denied' },
  refused: 'bad-time',
  way: 'mqtt',
  says: {
    start: ({ name, now }) => [said('mqtt/face/basic', 'Online', { facesluiceId: name, time: chinaTime(now) })],
    heartbeat: ({ name, now }) => [
      said('mqtt/face/heartbeat', 'HeartBeat', { facesluiceId: name, time: chinaTime(now) }),
    ],
    alarm: (me) => Array.from({ length: REFUSALS }, (_, number) => refused(me, number)),
    malformed: ({ name }) => [
      said(`mqtt/face/${name}/Rec`, 'RecPush', {
        facesluiceId: name,
        RecordID: '1',
        VerifyStatus: '2',
        time: '2026-13-24 25:61:00',
      }),
    ],
  },
});
