import { expect, it } from 'vitest';
import { loadCatalogue } from '../../../config/catalogue.ts';
import { LinkagesText } from '../../../config/linkages.ts';
import { rulesFor } from '../../../gateway/followers/linkage/matching.ts';
import { FENCE, given, latest, occurrence } from '../../parts/alarm-samples.ts';

const url = 'http://127.0.0.1/sms';
const WEBHOOKS = { patrol: { url }, property: { url }, maintenance: { url } };
const along = LinkagesText.parse({ shipped: true, webhooks: WEBHOOKS });
const alarm = latest(given(occurrence('08:00:00')));
const { alarmTypes } = loadCatalogue();
const types = [...alarmTypes.values()];

/** The catalogue's words beside what has to be done for each; the first two are the evidence follower's. */
const MEANT: Readonly<Record<string, object | undefined>> = {
  snapshot: undefined,
  clip: undefined,
  'ptz-preset': { isDangerous: false, act: { do: 'preset', preset: '1' } },
  broadcast: { isDangerous: true, act: { do: 'broadcast', say: { text: expect.any(String) } } },
  'wall-popup': { isDangerous: false, act: { do: 'pop-up', walls: ['main'] } },
  'notify-patrol': { isDangerous: false, act: { do: 'webhook', target: 'patrol' } },
  'notify-property': { isDangerous: false, act: { do: 'webhook', target: 'property' } },
  'notify-maintenance': { isDangerous: false, act: { do: 'webhook', target: 'maintenance' } },
};
const stepsOf = (rules: typeof along.rules, type: string) =>
  rulesFor(rules, { ...alarm, type }, FENCE).flatMap(({ steps }) => steps);

it('knows every word of the catalogue’s column', () => {
  expect(new Set(types.flatMap(({ linkages }) => linkages))).toEqual(new Set(Object.keys(MEANT)));
});

it.each(types.map(({ code, linkages }) => [code, linkages] as const))(
  'does for %s what its column says',
  (code, words) => {
    const meant = words.flatMap((word) => MEANT[word] ?? []);
    expect(stepsOf(along.rules, code)).toMatchObject(meant);
    expect(stepsOf(along.rules, code)).toHaveLength(meant.length);
  },
);

it('calls out to herdsmen about cattle, and to whoever left a gate open about the gate', () => {
  const saidFor = (type: string) =>
    stepsOf(along.rules, type).flatMap(({ act }) => (act.do === 'broadcast' ? [act.say] : []));
  expect(saidFor('railway.cattle.warning')).toEqual([{ text: expect.stringContaining('耕牛') }]);
  expect(saidFor('railway.perimeter.gate-open')).toEqual([{ text: expect.stringContaining('关门') }]);
});

it('leaves out who has no address, and says which', () => {
  const { rules, off } = LinkagesText.parse({ shipped: true, webhooks: { patrol: { url } } });
  expect(off).toEqual(['notify-property', 'notify-maintenance']);
  const ids = stepsOf(rules, 'device.power.lost').map(({ id }) => id);
  expect(ids).toEqual([]);
  expect(stepsOf(rules, 'railway.cattle.warning').map(({ id }) => id)).toEqual(['broadcast', 'notify-patrol']);
  expect(LinkagesText.parse({}).off).toEqual([]);
});

it('lets a site’s rule take the place of a type’s', () => {
  const own = {
    id: 'railway-fire',
    where: { types: ['railway.fire'] },
    steps: [{ id: 'lamp', do: 'light', device: 'l-1' }],
  };
  const { rules } = LinkagesText.parse({ shipped: true, rules: [own], webhooks: WEBHOOKS });
  expect(stepsOf(rules, 'railway.fire').map(({ id }) => id)).toEqual(['lamp']);
});
