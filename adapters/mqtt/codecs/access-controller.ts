import { z } from 'zod';
import { codec } from '../../codec/codec.ts';
import { isKnownWord } from '../../codec/known-word.ts';
import { numbersOf } from '../../codec/numbers-of.ts';

/** Door controllers of thing-model platforms (物模型). The shape is documented by several makers; the topics are ours. */
const family = 'access-controller';

/** Ten digits are seconds, and nobody guesses: a clock in 1970 would look the same. */
const Millis = z
  .union([z.string(), z.number()], { error: '13-digit milliseconds since 1970' })
  .refine((time) => /^\d{13}$/.test(String(time)), {
    error: '13-digit milliseconds since 1970',
    params: { reason: 'bad-time' },
  })
  .transform(Number);
const Id = z.union([z.string(), z.number()], { error: 'text' }).transform(String).pipe(z.string().min(1).max(64));
const Text = z.union([z.string(), z.number()]).transform(String);

const Head = { id: Id, version: z.string().optional(), method: z.string().optional(), time: Millis };
const CREDENTIALS = ['cardno', 'cardid', 'userid', 'personid', 'credential', 'fingerid'];
const PERSONAL = ['name', 'username', 'password', 'photo', 'picture'];

const event = codec({
  family,
  topics: ['sys/access/{device}/thing/event/{event}/post'],
  listens: ['sys/access/{device}/{rest*}'],
  about: [
    '主题与方法名各平台不同，这里用的是本系统约定；前缀不同时写进 mqtt.topics.access-controller。Topic and method names differ by platform; these are ours.',
    'params.alarm 是报警词：forced_open、open_timeout、duress、tamper、fault、power_lost、help、fire_released；其他词写在档案 types 里。params.alarm is the word; others stand in the record’s types.',
    'time 必须是 13 位毫秒；10 位（秒）拒收，不猜。time has 13 digits; ten digits are refused, not guessed.',
    '刷卡记录（params.result）成为通行记录，卡号只留化名。A record with params.result becomes an access event, the card a pseudonym.',
  ],
  personal: PERSONAL,
  credentials: CREDENTIALS,
  payload: z.object({
    ...Head,
    params: z.looseObject({
      door: z.union([z.int(), z.string().max(64)]).optional(),
      alarm: z.string().min(1).max(64).optional(),
      state: z.literal([0, 1, '0', '1', true, false], { error: '1 begins, 0 ends' }).optional(),
      result: z.enum(['granted', 'denied', 'pending'], { error: 'granted, denied or pending' }).optional(),
      direction: z.enum(['in', 'out'], { error: 'in or out' }).optional(),
      cardNo: Text.optional(),
      userId: Text.optional(),
    }),
  }),
  all: ({ id, time, params }, context) => {
    const { part, utc, pseudonym } = context;
    const said = { device: part('device'), at: utc('time', time) };
    const named = { ...said, id: `${part('device')}:${id}` };
    const { alarm, state, door, result, direction, cardNo, userId } = params;
    const active = state === undefined ? undefined : Number(state) === 1;
    const who = cardNo ?? userId;
    const type = `${family}:${alarm}`;
    const isAlarm =
      alarm !== undefined && isKnownWord(context, part('device'), type, { field: 'params.alarm', value: alarm });
    const values = part('event') === 'property' ? numbersOf(Object.entries(params)) : {};
    return {
      signals: isAlarm ? [{ ...named, type, active, text: door === undefined ? undefined : `door ${door}` }] : [],
      telemetry: Object.keys(values).length === 0 ? [] : [{ ...said, values }],
      access:
        result === undefined
          ? []
          : [{ ...named, result, direction, credential: who === undefined ? undefined : pseudonym(who) }],
    };
  },
});

const heartbeat = codec({
  family,
  topics: ['sys/access/{device}/heartbeat'],
  payload: z.object({
    ...Head,
    interval: z
      .number({ error: 'seconds' })
      .min(30, { error: '30 to 1200' })
      .max(1200, { error: '30 to 1200' })
      .optional(),
  }),
  status: (_said, { part }) => [{ device: part('device'), online: true }],
});

export default [event, heartbeat];
