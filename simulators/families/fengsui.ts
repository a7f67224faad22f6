import { z } from 'zod';
import { family, type Me, record } from '../family.ts';

const Command = z.object({ id: z.string() });
const on = (name: string, kind: string): string => `fengsui/v1/${name}/${kind}`;

export default family({
  about: { zh: '本系统约定的设备：周界主机', en: 'Our own topics: a perimeter host' },
  name: 'sim-fengsui',
  records: (name) => [
    record(name, 'railway', 'fengsui', { place: { line: '沪昆线', km: 'K812+300', direction: 'down' } }),
  ],
  raises: { device: 'sim-fengsui', type: 'railway.perimeter.intrusion' },
  refused: 'bad-time',
  way: 'mqtt',
  says: {
    start: ({ name }) => [{ topic: on(name, 'status'), payload: 'online', retain: true }],
    heartbeat: ({ name, now }) => [
      {
        topic: on(name, 'telemetry'),
        payload: JSON.stringify({ at: new Date(now).toISOString(), values: { fence_kv: 6.8, battery_v: 12.6 } }),
      },
    ],
    alarm: (me) => [event(me, true)],
    end: (me) => [event(me, false)],
    malformed: ({ name }) => [
      {
        topic: on(name, 'event'),
        payload: JSON.stringify({ type: 'railway.perimeter.intrusion', at: '24/11/2026 12:30' }),
      },
    ],
  },
  obeys: {
    listens: ({ name }) => on(name, 'command'),
    answer: ({ payload }, { name }) => {
      const command = Command.safeParse(JSON.parse(payload.toString()));
      if (!command.success) return []; // without an id there is nobody to answer
      return [{ topic: on(name, 'reply'), payload: JSON.stringify({ id: command.data.id, ok: true, result: {} }) }];
    },
  },
});

const event = ({ name, nth, now }: Me, active: boolean) => ({
  topic: on(name, 'event'),
  payload: JSON.stringify({
    id: `${now}-${nth}`,
    type: 'railway.perimeter.intrusion',
    at: new Date(now).toISOString(),
    active,
    text: '3 号防区触网',
  }),
});
