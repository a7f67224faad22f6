import { deviceNetworks } from '../../gateway/domain/device-networks.ts';
import { Relays, type RelaysOptions } from '../../streams/relays.ts';
import { SESSION_LIMITS } from '../../streams/rtsp/session.ts';
import type { OnFinished } from './temporary-folder.ts';

/** Relays on loopback in this process, closed when the test ends. */
export function openTestRelays(onTestFinished: OnFinished, more: Partial<RelaysOptions> = {}): Relays {
  const relays = new Relays({
    networks: deviceNetworks(['127.0.0.0/8']),
    allowBasic: false,
    lingerMs: 200,
    limits: SESSION_LIMITS,
    now: Date.now,
    random: Math.random,
    onState: () => {},
    ...more,
  });
  onTestFinished(async () => relays.close());
  return relays;
}
