import { z } from 'zod';
import { codec } from '../../codec/codec.ts';
import { IsoTime } from '../../codec/device-time.ts';

/** Our own topics, `fengsui/v1/{device}/…`: the contract of DESIGN.md. `command` and `reply` are the command path. */
const family = 'fengsui';

/** Words of a device for people: what is longer is cut, for an alarm must not be lost for its length. */
const TEXT_MAX_CHARS = 500;
const VALUES_MAX = 256;

const event = codec({
  family,
  topics: ['fengsui/v1/{device}/event'],
  payload: z.object({
    id: z.string().min(1).max(128).optional(),
    type: z.string().min(1).max(128),
    at: IsoTime.optional(),
    active: z.boolean().optional(),
    severity: z.literal([1, 2, 3, 4]).optional(),
    value: z.number().optional(),
    text: z.string().optional(),
  }),
  signals: ({ id, type, at, active, severity, value, text }, { part, utc }) => [
    {
      device: part('device'),
      type,
      id,
      at: utc('at', at),
      active,
      severity,
      value,
      text: text?.slice(0, TEXT_MAX_CHARS),
    },
  ],
});

const telemetry = codec({
  family,
  topics: ['fengsui/v1/{device}/telemetry'],
  payload: z.object({
    at: IsoTime.optional(),
    values: z
      .record(z.string().min(1).max(64), z.number())
      .refine((values) => Object.keys(values).length <= VALUES_MAX, { error: `at most ${VALUES_MAX} values` }),
  }),
  telemetry: ({ at, values }, { part, utc }) => [{ device: part('device'), at: utc('at', at), values }],
});

const status = codec({
  family,
  topics: ['fengsui/v1/{device}/status'],
  format: 'text',
  payload: z.enum(['online', 'offline', ''], { error: 'online or offline' }),
  // an empty body deletes the retained status (MQTT 3.1.1, 3.3.1.3): it says nothing about the device
  status: (word, { part }) => (word === '' ? [] : [{ device: part('device'), online: word === 'online' }]),
});

export default [event, telemetry, status];
