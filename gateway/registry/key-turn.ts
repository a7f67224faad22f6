import type { Logger } from 'pino';
import { z } from 'zod';
import type { Actor } from '../domain/actor.ts';
import type { DeviceId } from '../domain/device.ts';
import type { JournalQueries } from '../journal/journal.ts';
import type { Vault } from './vault.ts';

/** Devices that are sealed anew in one write. */
const BATCH = 200;
/** Rounds after which somebody else must be changing devices faster than we: a person looks. */
const ROUNDS_MAX = 20;

const Sealed = z.string().optional();
const StoredDevice = z.looseObject({ connection: z.looseObject({ password: Sealed }).optional() });
const StoredGroup = z.array(z.looseObject({ password: z.string() }));

export type KeyTurnPorts = Readonly<{
  vault: Vault;
  queries: Pick<JournalQueries, 'facts'>;
  devices: Readonly<{ reseal(ids: readonly DeviceId[], by: Actor): Promise<void> }>;
  /** All groups of sign-ins and all passwords that wait, sealed anew. */
  others: (by: Actor) => Promise<void>;
}>;

/** The same, one at a time: who asks while it runs gets the same answer. `resume` goes on with one that was cut off. */
export function keyTurns(ports: KeyTurnPorts, log: Logger) {
  let running: Promise<number> | undefined;
  const turn = (by: Actor): Promise<number> => {
    running ??= turnKey(ports, by).finally(() => {
      running = undefined;
    });
    return running;
  };
  const resume = (): void => {
    if (!ports.vault.isTurning()) return;
    turn(GATEWAY).then(
      (secrets) => log.info({ secrets }, 'the key of the vault is changed'),
      (error: unknown) => log.error({ err: error }, 'the key of the vault is not changed yet: the old one stays'),
    );
  };
  return { turn, resume };
}

const GATEWAY: Actor = { name: 'vault', centre: undefined };

/** Secrets that the new key does not open yet, by what holds them. */
type Old = Readonly<{ devices: readonly DeviceId[]; others: number }>;

/**
 * Changes the key of the vault (换密钥): a new one seals, every secret is sealed anew, and only when each opens with the
 * new key alone is the old one thrown away. Killed anywhere between, it goes on where it was: `isTurning` says so.
 * Answers how many secrets there are. Entries of the log from before stay as they are: without the old key nobody opens
 * them. Throws JournalUnavailable, and where secrets cannot be sealed anew: the old key then stays.
 */
export async function turnKey(ports: KeyTurnPorts, by: Actor): Promise<number> {
  const { vault, devices, others } = ports;
  if (!vault.isTurning()) vault.turn();
  await others(by);
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const old = oldSecrets(ports);
    if (old.devices.length === 0 && old.others === 0) {
      vault.forgetOld();
      return secretsOf(ports).length;
    }
    for (let at = 0; at < old.devices.length; at += BATCH) await devices.reseal(old.devices.slice(at, at + BATCH), by);
    if (old.others > 0) await others(by);
  }
  throw new Error('secrets are changed faster than they can be sealed anew: the old key stays; try again');
}

function oldSecrets(ports: KeyTurnPorts): Old {
  const old = secretsOf(ports).filter(({ sealed, context }) => !ports.vault.isNew(sealed, context));
  const devices = old.flatMap(({ device }) => device ?? []);
  return { devices, others: old.length - devices.length };
}

type Secret = Readonly<{ sealed: string; context: string; device?: DeviceId }>;

/** Every secret that the log holds now. */
function secretsOf({ queries }: KeyTurnPorts): readonly Secret[] {
  const secrets: Secret[] = [];
  for (const { key, value } of queries.facts('device/')) {
    const device = key.slice('device/'.length);
    const sealed = StoredDevice.parse(value).connection?.password;
    if (sealed !== undefined) secrets.push({ sealed, context: device, device });
  }
  for (const { key, value } of queries.facts('credential-group/')) {
    const context = `credential group ${key.slice('credential-group/'.length)}`;
    for (const { password } of StoredGroup.parse(value)) secrets.push({ sealed: password, context });
  }
  for (const { key, value } of queries.facts('password-pending/')) {
    const id = key.slice('password-pending/'.length);
    secrets.push({ sealed: z.string().parse(value), context: `pending password of ${id}` });
  }
  return secrets;
}
