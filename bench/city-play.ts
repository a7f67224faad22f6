import type { ArmingPlan } from '../gateway/domain/arming.ts';
import type { Report } from '../gateway/domain/signal.ts';
import type { Saying } from '../simulators/city/saying.ts';
import type { Site, StoryOptions } from '../simulators/city/story.ts';
import type { CityDesk } from './city-desk.ts';

/** What an adapter makes of a device's words. */
export function reportOf({ atMs, device, ...said }: Saying, startsAt: number): Report {
  const at = startsAt + Math.round(atMs);
  switch (said.kind) {
    case 'event':
      return { kind: 'signal', device, at, ...said.body };
    case 'telemetry':
      return { kind: 'telemetry', device, at, values: said.body.values };
    case 'status':
      return { kind: 'status', device, online: said.body === 'online' };
    case 'access':
      return { kind: 'access', device, at, ...said.body };
    case 'garbage': {
      const fault = { reason: 'not-json', field: '(payload)', value: said.body, expected: 'a JSON object' } as const;
      return { kind: 'dead-letter', topic: `fengsui/v1/${device}/event`, device, fault, payload: said.body };
    }
    default:
      return said satisfies never;
  }
}

/** Plays a city to a desk, a second of its time after the other, as fast as the desk takes it. */
export async function play(
  { intake, ledger, clock }: CityDesk,
  seconds: Iterable<readonly Saying[]>,
  startsAt: number,
): Promise<void> {
  let second = 0;
  for (const sayings of seconds) {
    const accepted = sayings.map((saying) => {
      clock.now = startsAt + Math.round(saying.atMs);
      return ledger.take(reportOf(saying, startsAt), (report) => intake.accept([report]));
    });
    await Promise.all(accepted);
    second += 1;
    clock.now = startsAt + second * 1000;
    await intake.settle();
  }
}

const OUT_OF_HOURS = (days: 'every', from: number, to: number): ArmingPlan['hours'] => ({
  zone: 'Asia/Shanghai',
  spans: [{ days, from, to }],
  calendar: { restdays: [], workdays: [] },
});

/** Arms and disarms as the site would have it for this day: what the console's pages write. */
export function setUpSite({ rules: { places } }: CityDesk, site: Site, { startsAt, forMs }: StoryOptions): void {
  const night = OUT_OF_HOURS('every', 22 * 60, 6 * 60);
  places.setPlan('compounds-by-night', {
    id: 'compounds-by-night',
    zh: '小区夜间布防',
    en: 'Compounds armed by night',
    where: { compounds: site.disarmedByDay, types: ['community.intrusion', 'community.beam.'] },
    hours: night,
    graceMs: 0,
    version: 1,
  });
  places.setPlan('motion-by-night', {
    id: 'motion-by-night',
    zh: '画面移动仅夜间',
    en: 'Motion in pictures counts by night',
    where: { kinds: ['camera'], types: ['camera.motion'] },
    hours: OUT_OF_HOURS('every', 23 * 60, 5 * 60),
    graceMs: 0,
    version: 1,
  });
  const { line, fromKm, toKm } = site.works;
  places.setWindow('fence-works', {
    id: 'fence-works',
    where: { stretches: [{ line, fromKm, toKm }] },
    from: startsAt - 3_600_000,
    until: startsAt + forMs + 3_600_000,
    reason: '更换防护栅栏 / fences are replaced',
    by: 'city',
    version: 1,
  });
}

/** What a site sets for contacts that shake (延时确认): `config/fengsui.yaml`, key `rules`. */
export const SITE_RULES = {
  overrides: [
    { where: { types: ['community.beam.'] }, set: { holdOffMs: 2_000 } },
    { where: { types: ['community.water.leak'] }, set: { holdOffMs: 10_000 } },
  ],
};
