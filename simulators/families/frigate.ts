import { randomBytes } from 'node:crypto';
import { family, type Me, type MqttMessage, record } from '../family.ts';

const ZONE = 'protected_zone';
/** As Frigate does, so that an object of another start is another one. */
const START = randomBytes(4).toString('hex');

/** An object that comes into the zone and leaves it. Source: docs.frigate.video. */
const event = ({ name, round, now }: Me, type: 'new' | 'end'): MqttMessage => {
  const seconds = now / 1000;
  const isOver = type === 'end';
  const common = {
    id: `${START}-${round}`,
    camera: name,
    label: 'cow',
    false_positive: false,
    start_time: seconds,
    score: 0.87,
  };
  const after = { ...common, top_score: 0.91, frame_time: seconds, end_time: isOver ? seconds : null };
  const zones = { current_zones: isOver ? [] : [ZONE], entered_zones: [ZONE] };
  const before = { ...common, top_score: 0.81, end_time: null, current_zones: [], entered_zones: isOver ? [ZONE] : [] };
  return { topic: 'frigate/events', payload: JSON.stringify({ type, before, after: { ...after, ...zones } }) };
};

export default family({
  about: { zh: 'Frigate 识别：高空瞭望发现靠近', en: 'Frigate beside a look-out camera: something comes near' },
  name: 'sim_lookout',
  records: (name) => [
    record('sim-frigate', 'camera', 'frigate', { aliases: [name], types: { [ZONE]: 'railway.lookout.approach' } }),
  ],
  raises: { device: 'sim-frigate', type: 'railway.lookout.approach' },
  refused: 'missing-field',
  way: 'mqtt',
  says: {
    start: () => [{ topic: 'frigate/available', payload: 'online', retain: true }],
    alarm: (me) => [event(me, 'new')],
    end: (me) => [event(me, 'end')],
    malformed: () => [
      { topic: 'frigate/events', payload: JSON.stringify({ type: 'new', after: { id: 'x', start_time: 1 } }) },
    ],
  },
});
