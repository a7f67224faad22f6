import { family, type Me, type MqttMessage, record } from '../family.ts';
import { BOOLEAN, bdSeq, DOUBLE, type Metric, sparkplugPayload } from '../vendors/sparkplug-payload.ts';

const GROUP = 'yichun';
const NODE = 'sim-tower';
/** Names are said at birth only; data carry the alias. */
const TRAPPED = { name: 'Lift/Trapped', alias: 1, type: BOOLEAN } as const;
const FLOOR = { name: 'Lift/Floor', alias: 2, type: DOUBLE } as const;

const message = (kind: string, { now, nth }: Me, metrics: readonly Metric[], device?: string): MqttMessage => ({
  topic: `spBv1.0/${GROUP}/${kind}/${NODE}${device === undefined ? '' : `/${device}`}`,
  payload: sparkplugPayload(now, nth % 256, metrics),
});
/** Births are numbers 0 and 1; each word after them is one more. */
const data = (me: Me, isTrapped: boolean): MqttMessage =>
  message(
    'DDATA',
    { ...me, nth: me.nth + 1 },
    [
      { alias: TRAPPED.alias, type: BOOLEAN, value: isTrapped },
      { alias: FLOOR.alias, type: DOUBLE, value: 7 },
    ],
    me.name,
  );
const births = (me: Me): readonly MqttMessage[] => [
  message('NBIRTH', { ...me, nth: 0 }, [bdSeq(0), { name: 'Node Control/Rebirth', type: BOOLEAN, value: false }]),
  message(
    'DBIRTH',
    { ...me, nth: 1 },
    [
      { ...TRAPPED, value: false },
      { ...FLOOR, value: 1 },
    ],
    me.name,
  ),
];

/** Source: eclipse/tahu, sparkplug_b.proto. */
export default family({
  about: { zh: 'Sparkplug B 电梯控制器：困人', en: 'A Sparkplug B lift controller: people trapped' },
  name: 'lift-99',
  records: (name) => [
    record('sim-sparkplug-node', 'gateway', 'sparkplug', { aliases: [`${GROUP}/${NODE}`] }),
    record('sim-sparkplug', 'sensor', 'sparkplug', {
      aliases: [`${GROUP}/${NODE}/${name}`],
      types: { 'Lift/Trapped': 'community.lift.trapped' },
    }),
  ],
  raises: { device: 'sim-sparkplug', type: 'community.lift.trapped' },
  refused: 'bad-length',
  way: 'mqtt',
  says: {
    start: births,
    alarm: (me) => [data(me, true)],
    end: (me) => [data(me, false)],
    malformed: (me) => {
      const { topic, payload } = data(me, true);
      return [{ topic, payload: payload.slice(0, 18) }];
    },
  },
  obeys: { listens: () => `spBv1.0/${GROUP}/NCMD/${NODE}`, answer: (_rebirth, me) => births(me), startsAnew: true },
});
