import { pino } from 'pino';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { codec } from '../../../adapters/codec/codec.ts';
import { CommandDesk } from '../../../adapters/mqtt/commands.ts';
import { Reader } from '../../../adapters/mqtt/reader.ts';
import type { DeviceDirectory } from '../../../gateway/domain/device.ts';
import { houseOf } from '../../parts/codec-house.ts';

/** Two makers who both took `alarm/{device}`. */
const family = (name: string) =>
  codec({
    family: name,
    topics: ['alarm/{device}'],
    payload: z.object({}),
    signals: (_payload, { part }) => [{ device: part('device'), type: name }],
  });

const directory: DeviceDirectory = {
  find: (id) => ({
    id,
    kind: 'sensor',
    profile: id,
    name: id,
    region: '360902001000',
    place: {},
    enabled: true,
    version: 1,
  }),
  byProfile: () => [],
  onChange: () => () => undefined,
};

const commands = new CommandDesk({ directory, now: Date.now, publish: () => undefined });
const codecs = [family('maker-a'), family('maker-b')];
const reader = new Reader({
  codecs,
  house: houseOf(directory.find),
  directory,
  commands,
  log: pino({ level: 'silent' }),
  now: Date.now,
});

it.each([
  ['maker-a', 'maker-a'],
  ['maker-b', 'maker-b'],
  ['somebody-else', 'maker-a'],
])('reads a topic of two families by the profile of the device: %s', (device, type) => {
  expect(reader.read(`alarm/${device}`, Buffer.from('{}'), false)).toMatchObject([{ kind: 'signal', device, type }]);
});
