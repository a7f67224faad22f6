import { describe, expect, it } from 'vitest';
import { topicPattern } from '../../../adapters/codec/topic-pattern.ts';

describe('a topic pattern', () => {
  it.each([
    ['fengsui/v1/{device}/event', 'fengsui/v1/+/event', 'fengsui/v1/yz-fence/event', { device: 'yz-fence' }],
    ['zigbee2mqtt/{name*}', 'zigbee2mqtt/#', 'zigbee2mqtt/北门/3 号', { name: '北门/3 号' }],
    [
      'v3/{app}/devices/{device}/up',
      'v3/+/devices/+/up',
      'v3/fence@ttn/devices/a-1/up',
      { app: 'fence@ttn', device: 'a-1' },
    ],
    ['a.b/{x}', 'a.b/+', 'a.b/c', { x: 'c' }],
  ])('%s subscribes to %s', (text, filter, topic, captures) => {
    const pattern = topicPattern(text);
    expect(pattern.filter).toBe(filter);
    expect(pattern.match(topic)).toEqual(captures);
  });

  it.each([
    'fengsui/v1/a/b/event',
    'fengsui/v1//event',
    'fengsui/v1/a/event/',
    'Fengsui/v1/a/event',
    'x/fengsui/v1/a/event',
  ])('%s is another topic', (topic) => expect(topicPattern('fengsui/v1/{device}/event').match(topic)).toBeUndefined());

  it('takes a dot for a dot', () => expect(topicPattern('a.b/{x}').match('axb/c')).toBeUndefined());

  it.each(['a/+/b', 'a/#', 'a//b', '{x*}/b', 'a/{}'])('%s is a mistake in a codec', (text) =>
    expect(() => topicPattern(text)).toThrow(/topic pattern/),
  );
});
