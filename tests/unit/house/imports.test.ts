import { expect, it } from 'vitest';
import { filesEndingIn, type Import, importsOf } from './sources.ts';

/**
 * The table of folders and what each may import: DESIGN's, with what docs/decisions/0002 adds to it. A place is a folder, or one file; the longest that fits a file is its own. A folder may always
 * import itself.
 */
const DOMAIN = 'gateway/domain';
const FOLLOWERS = [DOMAIN, 'gateway/journal', 'gateway/registry/registry.ts', 'gateway/desk/desk.ts'];
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'gateway/domain': [],
  'gateway/alarms': [DOMAIN],
  'gateway/journal': [DOMAIN],
  'gateway/followers': FOLLOWERS,
  'gateway/followers/live': [
    ...FOLLOWERS,
    'gateway/access',
    'gateway/http/contract',
    'gateway/http/wire.ts',
    'gateway/http/walls.ts',
  ],
  'gateway/registry': [DOMAIN, 'gateway/journal'],
  'gateway/onboarding': [
    DOMAIN,
    'gateway/journal',
    'gateway/registry',
    'gateway/http/contract',
    'gateway/http/wire.ts',
  ],
  'gateway/access': [DOMAIN, 'gateway/journal'],
  'gateway/patrol': [DOMAIN, 'gateway/journal', 'gateway/desk/desk.ts', 'gateway/alarms/command.ts'],
  'gateway/desk': [DOMAIN, 'gateway/alarms', 'gateway/journal', 'gateway/registry', 'config/catalogue.ts'],
  'gateway/http': ['gateway', 'config/settings.ts'],
  gateway: ['gateway', 'adapters', 'streams', 'config'],
  adapters: [DOMAIN],
  streams: [DOMAIN],
  config: [DOMAIN],
  simulators: [],
  console: ['gateway/http/contract'],
  setup: [],
  bench: ['gateway', 'adapters', 'streams', 'config', 'simulators', 'tests/parts'],
  tests: ['gateway', 'adapters', 'streams', 'config', 'simulators', 'console', 'setup', 'bench'],
};

/** The shape of what `main.ts` hands to an adapter or an engine: its types may be named there, nothing be run. */
const SETTINGS = 'config/settings.ts';

/** The video plane knows cameras, not alarms. */
const STREAMS_SEE = ['camera', 'device', 'device-networks', 'http-digest', 'result', 'bad-value'].map(
  (name) => `${DOMAIN}/${name}.ts`,
);

const isIn = (place: string, path: string): boolean => path === place || path.startsWith(`${place}/`);
const homeOf = (path: string): string =>
  Object.keys(MAY_IMPORT)
    .filter((place) => isIn(place, path))
    .reduce((longest, place) => (place.length > longest.length ? place : longest), '');

function isAllowed({ from, to, isTypeOnly }: Import): boolean {
  const home = homeOf(from);
  if (isIn(home, to) || (to === SETTINGS && isTypeOnly && home !== 'simulators')) return true;
  if (home === 'console') return isTypeOnly && isIn('gateway/http/contract', to);
  if (home === 'streams') return STREAMS_SEE.includes(to);
  return (MAY_IMPORT[home] ?? []).some((place) => isIn(place, to));
}

const told = ({ from, line, text }: Import): string => `${from}:${line} ${text}`;
const sources = filesEndingIn('.ts', '.vue', '.mjs');

it('finds the sources that it is to watch', () => {
  expect(sources.length).toBeGreaterThan(50);
  expect(sources.flatMap(importsOf).length).toBeGreaterThan(100);
});

it('has no import against the table of folders', () => {
  const against = sources.flatMap(importsOf).filter((one) => !isAllowed(one));
  expect(against.map(told)).toEqual([]);
});

it.each([
  ['adapters/mqtt/mqtt.ts', 'gateway/alarms/decide.ts', false],
  ['adapters/mqtt/mqtt.ts', 'gateway/domain/signal.ts', true],
  ['adapters/mqtt/mqtt.ts', 'adapters/onvif/soap.ts', true],
  ['streams/hub.ts', 'gateway/domain/alarm.ts', false],
  ['streams/hub.ts', 'gateway/domain/camera.ts', true],
  ['simulators/play.ts', 'gateway/domain/device.ts', false],
  ['gateway/alarms/decide.ts', 'gateway/journal/journal.ts', false],
  ['gateway/desk/desk.ts', 'gateway/http/contract/alarms.ts', false],
  ['gateway/main.ts', 'adapters/mqtt/mqtt.ts', true],
])('judges %s that imports %s', (from, to, may) => {
  expect(isAllowed({ from, to, line: 1, text: '', isTypeOnly: false })).toBe(may);
});

it('lets the console have types of the contract and nothing else of the gateway', () => {
  const seen = { from: 'console/src/a.ts', line: 1, text: '' };
  expect(isAllowed({ ...seen, to: 'gateway/http/contract/alarms.ts', isTypeOnly: true })).toBe(true);
  expect(isAllowed({ ...seen, to: 'gateway/http/contract/alarms.ts', isTypeOnly: false })).toBe(false);
  expect(isAllowed({ ...seen, to: 'gateway/domain/alarm.ts', isTypeOnly: true })).toBe(false);
});
