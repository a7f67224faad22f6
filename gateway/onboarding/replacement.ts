import type { Actor } from '../domain/actor.ts';
import type { Connection, Device, DeviceId } from '../domain/device.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { DeviceFault, DeviceRegistry } from '../registry/registry.ts';

type Fault = Readonly<{ reason: string; text: string }>;
/** What answered at the new address, as far as it tells. */
export type Answered = Readonly<{ maker?: string; model?: string; firmware?: string; serial?: string }>;

export type ReplacementPorts = Readonly<{
  registry: Pick<DeviceRegistry, 'list' | 'put'>;
  tryLogin: (connection: Connection) => Promise<Result<Answered, Fault>>;
  /** The certificate that is seen next at the device's address is its own. */
  trust: (id: DeviceId) => Promise<unknown>;
}>;

export type ReplacementWish = Readonly<{
  connection: Connection;
  /** Also where nothing answers there yet. */
  isForced: boolean;
  isDryRun: boolean;
}>;
export type ReplacementFault =
  | Readonly<{ kind: 'taken'; by: DeviceId }>
  | Readonly<{ kind: 'silent'; fault: Fault }>
  | Readonly<{ kind: 'registry'; fault: DeviceFault }>;
export type Replaced = Readonly<{ answered: Answered | undefined; fault: Fault | undefined; device: Device }>;

/**
 * Another camera takes a camera's place (同号更换): its id, its alarms and files stay; address, sign-in and certificate are
 * the new one's. Who answers there is asked before anything changes.
 */
export async function replaceCamera(
  { version, ...device }: Device,
  { connection, isForced, isDryRun }: ReplacementWish,
  by: Actor,
  { registry, tryLogin, trust }: ReplacementPorts,
): Promise<Result<Replaced, ReplacementFault>> {
  const place = hostOf(connection);
  const [taken] = registry.list(undefined, 1, (other) => other.id !== device.id && hostOf(other.connection) === place);
  if (taken !== undefined) return failed({ kind: 'taken', by: taken.id });
  const tried = await tryLogin(connection);
  const [answered, fault] = tried.ok ? [tried.value, undefined] : [undefined, tried.error];
  if (isDryRun) return ok({ answered, fault, device: { ...device, version } });
  if (fault !== undefined && !isForced) return failed({ kind: 'silent', fault });
  const put = await registry.put({ ...device, connection }, version, by);
  if (!put.ok) return failed({ kind: 'registry', fault: put.error });
  await trust(device.id);
  return ok({ answered, fault, device: put.value });
}

/** Undefined for an address that is none. */
export function hostOf(connection: Connection | undefined): string | undefined {
  const url = connection === undefined || !URL.canParse(connection.url) ? undefined : new URL(connection.url);
  return url === undefined ? undefined : `${url.hostname}:${url.port === '' ? url.protocol : url.port}`;
}
