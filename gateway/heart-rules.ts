import type { Logger } from 'pino';
import type { Catalogue } from '../config/catalogue.ts';
import type { DeviceProfile } from '../config/profiles.ts';
import type { Settings } from '../config/settings.ts';
import { watchBroker } from './desk/broker-watch.ts';
import { cattleDeriver } from './desk/deriving/cattle.ts';
import { doorDeriver } from './desk/deriving/doors.ts';
import { rejectionDeriver } from './desk/deriving/rejections.ts';
import { Holding } from './desk/holding.ts';
import { IncidentWatch } from './desk/incident-watch.ts';
import type { SignalIntake } from './desk/intake.ts';
import type { HeartRules } from './desk/judge.ts';
import type { AlarmLanes } from './desk/lanes.ts';
import { PlaceRules } from './desk/place-rules.ts';
import { SilenceWatch } from './desk/silence-watch.ts';
import { SiteRules } from './desk/site-rules.ts';
import type { ArmingPlan, MaintenanceWindow } from './domain/arming.ts';
import type { Device } from './domain/device.ts';
import type { HeldSignal } from './domain/entry.ts';
import type { JournalQueries } from './journal/journal.ts';
import type { JournalledRegistry } from './registry/journalled-registry.ts';
import type { LineBook } from './registry/line-book.ts';
import { wholePlace } from './registry/whole-place.ts';

type Parts = Readonly<{
  rules: Settings['rules'];
  queries: JournalQueries;
  lanes: AlarmLanes;
  registry: JournalledRegistry;
  lines: LineBook;
}>;

/** Open alarms that are looked at for their incidents at a start: the latest. */
const RESUMED_MAX = 10_000;
const NOT_CLOSED = ['new', 'acknowledged', 'dispatched', 'handling', 'resolved'];

/** The rules of the heart as the settings and the log have them. */
export function heartRules({ rules, queries, lanes, registry, lines }: Parts): HeartRules {
  const incidents = new IncidentWatch(rules.incidents, (head) => {
    const state = lanes.find(head)?.state;
    return state === undefined || state === 'closed';
  });
  const where = { regions: [], states: NOT_CLOSED };
  for (const alarm of queries.alarms({ where, after: undefined, limit: RESUMED_MAX }).items.toReversed()) {
    const device = registry.find(alarm.device);
    if (device !== undefined) incidents.resume(alarm, device);
  }
  return {
    // each was written by us: by the key stands what the entry held
    places: new PlaceRules(
      factsOf<ArmingPlan>(queries, 'arming/'),
      factsOf<MaintenanceWindow>(queries, 'maintenance/'),
    ),
    site: new SiteRules(rules.overrides),
    locate: (own, said) => wholePlace(lines, own, said),
    holding: new Holding(factsOf<HeldSignal>(queries, 'held/'), (device) =>
      factsOf<HeldSignal>(queries, `held/${device}/`),
    ),
    incidents,
    derivers: [cattleDeriver(lines), doorDeriver(), rejectionDeriver()],
  };
}

const factsOf = <T>(queries: JournalQueries, prefix: string): readonly T[] =>
  [...queries.facts(prefix)].map(({ value }) => value as T);

type SilenceParts = Readonly<{
  catalogue: Pick<Catalogue, 'profiles'>;
  registry: JournalledRegistry;
  intake: SignalIntake;
  isBrokerThere: () => boolean;
  now: () => number;
  log: Logger;
}>;

/** Devices that say nothing for too long, and the broker that carries them. Answers the way to stop. */
export function watchSilence({ catalogue, registry, intake, isBrokerThere, now, log }: SilenceParts): () => void {
  const isMqtt = ({ profile }: Device): boolean => catalogue.profiles.get(profile)?.adapter === 'mqtt';
  const silence = new SilenceWatch(
    {
      directory: registry,
      presence: registry.presence,
      silenceOf: (device) => silenceOf(catalogue, device),
      canBeHeard: (device) => !isMqtt(device) || isBrokerThere(),
      judgeSilent: (device) => intake.judgeSilent(device),
      now,
      log,
    },
    registry.list(undefined, Number.POSITIVE_INFINITY, () => true),
  );
  const stops = [silence.start(), watchBroker({ isThere: isBrokerThere, intake, now, log })];
  return () => {
    for (const stop of stops) stop();
  };
}

/** After how long a silence a device counts as gone, in milliseconds; undefined: it tells by itself, or is asked. */
export const silenceOf = (catalogue: Pick<Catalogue, 'profiles'>, device: Device): number | undefined =>
  ownSilence(device) ?? silenceByProfile(catalogue.profiles.get(device.profile));

/** A device may have its own limit: a tracker that reports once an hour. */
function ownSilence({ settings }: Device): number | undefined {
  const seconds = settings?.['offlineAfterS'];
  return typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : undefined;
}

/** Adapters that call devices judge by their answers. */
const silenceByProfile = (profile: DeviceProfile | undefined): number | undefined =>
  profile?.adapter === 'onvif' || profile?.adapter === 'rtsp' ? undefined : profile?.offlineAfterMs;
