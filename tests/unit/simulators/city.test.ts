import { describe, expect, it } from 'vitest';
import { animalsAt, isDay, peopleAt } from '../../../simulators/city/day.ts';
import { cityOf } from '../../../simulators/city/devices.ts';
import { messageOf } from '../../../simulators/city/saying.ts';
import { type StoryOptions, storyOf } from '../../../simulators/city/story.ts';

const OPTIONS = {
  seed: 1,
  scale: 3_000,
  startsAt: Date.parse('2026-06-18T15:00:00+08:00'),
  forMs: 300_000,
  signals: 70_000,
  incidents: 40,
} satisfies StoryOptions;
const sayingsOf = (options: StoryOptions) => [...storyOf(options).seconds()].flat();

describe('the city', () => {
  it('says the same for the same seed, and something else for another', () => {
    const [one, again] = [sayingsOf(OPTIONS), sayingsOf(OPTIONS)];
    expect(again).toEqual(one);
    expect(sayingsOf({ ...OPTIONS, seed: 2 }).slice(0, 100)).not.toEqual(one.slice(0, 100));
  });

  it('says exactly as much as it is asked for, in the order of time, and plants what it says that it plants', () => {
    const sayings = sayingsOf(OPTIONS);
    expect(sayings).toHaveLength(OPTIONS.signals);
    expect(sayings.every(({ atMs }, at) => atMs >= (sayings[at - 1]?.atMs ?? 0) && atMs < OPTIONS.forMs)).toBe(true);
    const { planted } = storyOf(OPTIONS);
    expect(planted).toHaveLength(OPTIONS.incidents);
    const said = new Set(sayings.flatMap((one) => (one.kind === 'event' ? [`${one.device} ${one.body.type}`] : [])));
    for (const { devices, types } of planted)
      expect(devices.some((device) => types.some((type) => said.has(`${device} ${type}`)))).toBe(true);
  });

  it('has no two devices of one id, and stands in every township', () => {
    const { devices, townships } = cityOf(3, 5_000);
    expect(new Set(devices.map(({ id }) => id)).size).toBe(devices.length);
    expect(townships.length).toBeGreaterThan(200);
    expect(Math.abs(devices.length - 5_000)).toBeLessThan(1_500);
  });

  it('refuses to say less than its stories', () => {
    expect(() => storyOf({ ...OPTIONS, signals: 1_000 })).toThrow('fewer than');
  });

  it('keeps the hours of the day', () => {
    const at = (hour: string) => Date.parse(`2026-06-18T${hour}:30:00+08:00`);
    expect(peopleAt(at('08'))).toBeGreaterThan(10 * peopleAt(at('02')));
    expect(animalsAt(at('02'))).toBeGreaterThan(animalsAt(at('12')));
    expect([isDay(at('12')), isDay(at('23')), isDay(at('03'))]).toEqual([true, false, false]);
  });

  it('speaks on our topics, and of doors on those of their family', () => {
    const event = { atMs: 500, device: 'd', kind: 'event', body: { id: 'c1', type: 'community.panic' } } as const;
    expect(messageOf(event, 0)).toEqual({
      topic: 'fengsui/v1/d/event',
      payload: '{"at":"1970-01-01T00:00:00.500Z","id":"c1","type":"community.panic"}',
      retain: false,
    });
    const access = { atMs: 0, device: 'd', kind: 'access', body: { id: 'c2', result: 'denied' } } as const;
    expect(messageOf(access, 0).topic).toBe('sys/access/d/thing/event/access/post');
  });
});
