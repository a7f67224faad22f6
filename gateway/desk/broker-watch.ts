import type { Logger } from 'pino';
import type { Device } from '../domain/device.ts';
import type { RegionCode } from '../domain/region.ts';
import type { Intake } from '../domain/signal.ts';
import { JournalUnavailable } from '../journal/journal.ts';

/** The device under which the gateway speaks of itself, unless the registry has one of this id. */
const OWN_ID = 'fengsui-gateway';
export const ownDevice = (city: RegionCode): Device => ({
  id: OWN_ID,
  kind: 'gateway',
  profile: 'fengsui',
  name: '烽燧网关 / Fengsui gateway',
  region: city,
  place: {},
  enabled: true,
  version: 0,
});

/** A broker that comes back at once is no alarm. */
const AWAY_FOR_MS = 10_000;
const LOOK_EVERY_MS = 1_000;
const TEXT = 'MQTT 代理断开，经它接入的设备暂不判离线 / MQTT broker away: devices behind it are not judged offline';

type BrokerPorts = Readonly<{ isThere: () => boolean; intake: Intake; now: () => number; log: Logger }>;

/** Raises one alarm when the broker is away, in place of one for each device behind it. Answers the way to stop. */
export function watchBroker({ isThere, intake, now, log }: BrokerPorts): () => void {
  let awaySince: number | undefined;
  let isRaised: boolean | undefined; // not known at a start: an alarm may be open from before
  const look = async (): Promise<void> => {
    awaySince = isThere() ? undefined : (awaySince ?? now());
    const isAway = awaySince !== undefined && now() - awaySince >= AWAY_FOR_MS;
    if (isAway === isRaised || (awaySince !== undefined && !isAway)) return;
    isRaised = isAway;
    await intake.accept([{ kind: 'signal', device: OWN_ID, type: 'device.network', active: isAway, text: TEXT }]);
  };
  const timer = setInterval(() => {
    look().catch((error: unknown) => {
      isRaised = undefined; // told again at the next look
      if (!(error instanceof JournalUnavailable)) throw error;
      log.error({ err: error }, 'the alarm of the broker waits for the journal');
    });
  }, LOOK_EVERY_MS);
  return () => clearInterval(timer);
}
