import type { Logger } from 'pino';
import type { OnvifAdapter } from '../adapters/onvif/adapter.ts';
import type { Actor } from './domain/actor.ts';
import type { Intake } from './domain/signal.ts';
import type { OnboardingPort } from './http/ports.ts';
import type { SqliteJournal } from './journal/sqlite.ts';
import { reportOn } from './onboarding/camera-report.ts';
import { CredentialFinder, groupOf } from './onboarding/credential-finder.ts';
import { DeviceFigureBook } from './onboarding/device-figures.ts';
import { ImportDesk } from './onboarding/import-desk.ts';
import { changeDevices } from './onboarding/many-devices.ts';
import { PasswordRotations } from './onboarding/password-rotation.ts';
import { PictureRounds } from './onboarding/picture-rounds.ts';
import { replaceCamera } from './onboarding/replacement.ts';
import { type StreamWatchPorts, watchStreams } from './onboarding/stream-watch.ts';
import { testAlarm } from './onboarding/test-alarm.ts';
import { CredentialGroups } from './registry/credential-groups.ts';
import type { JournalledRegistry } from './registry/journalled-registry.ts';
import { keyTurns } from './registry/key-turn.ts';
import type { Vault } from './registry/vault.ts';

export type OnboardingPorts = Readonly<{
  registry: JournalledRegistry;
  journal: Pick<SqliteJournal, 'append' | 'queries' | 'follow' | 'head'>;
  vault: Vault;
  intake: Intake;
  cameras: Pick<
    OnvifAdapter,
    'status' | 'describe' | 'tryLogin' | 'snapshot' | 'changePassword' | 'command' | 'ptzAbilities'
  >;
  video: StreamWatchPorts['video'];
  liveFault: () => string | undefined;
  now: () => number;
  log: Logger;
  onStop: (close: () => Promise<void> | void) => unknown;
}>;

/** All that gets devices in, keeps them and tells how they are: import, sign-ins, report, test alarm, pictures, figures. */
export function openOnboarding(ports: OnboardingPorts): OnboardingPort {
  const { registry, journal, cameras, now, onStop } = ports;
  const { queries } = journal;
  const imports = new ImportDesk(ports);
  onStop(() => imports.stop());
  const groups = new CredentialGroups({ ...ports, queries });
  onStop(new CredentialFinder({ ...ports, groups, tryLogin: cameras.tryLogin }).start());
  const isSteered = async (id: string): Promise<boolean> => (await cameras.ptzAbilities(id)).ok;
  onStop(new PictureRounds({ ...ports, snapshot: cameras.snapshot, isSteered }).start());
  onStop(watchStreams(ports));
  const rotations = new PasswordRotations({ ...ports, queries, ...cameras });
  onStop(rotations.start());
  const replacing = {
    registry,
    tryLogin: cameras.tryLogin,
    trust: (id: string) => cameras.command(id, 'trust-certificate', {}),
  };
  const asking = { presence: registry.presence, states: cameras.status, describe: cameras.describe, now };
  const devicesOf = (name: string): number => registry.byProfile('onvif').filter((one) => groupOf(one) === name).length;
  const turning = {
    vault: ports.vault,
    queries,
    devices: registry,
    others: async (by: Actor) => {
      await groups.reseal(by);
      await rotations.reseal(by);
    },
  };
  const { turn, resume } = keyTurns(turning, ports.log);
  resume();
  return {
    turnKey: turn,
    imports,
    credentials: {
      put: (name, items, by) => groups.put(name, items, by),
      list: () => groups.list().map((group) => ({ ...group, devices: devicesOf(group.name) })),
    },
    report: (device) => reportOn(device, asking),
    testAlarm: (device) => testAlarm(device, { ...ports, ...asking, queries }),
    change: (ids, change, how) => changeDevices(ids, change, { ...how, registry }),
    replace: (device, wish, by) => replaceCamera(device, wish, by, replacing),
    rotations,
    figures: new DeviceFigureBook({ registry, queries, now }),
  };
}
