import { z } from 'zod';
import type { Actor } from '../domain/actor.ts';
import { badValue } from '../domain/bad-value.ts';
import { DEVICE_ID, type Device, type DeviceId } from '../domain/device.ts';
import type { OtherEntry } from '../domain/entry.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Journal, JournalQueries, Write } from '../journal/journal.ts';
import { Aliases } from './aliases.ts';
import { DeviceSecrets } from './device-secrets.ts';
import { knownPlace } from './known-place.ts';
import { PresenceMap } from './presence.ts';
import type { DeviceFault, DevicePut, DeviceRegistry, RegionTree } from './registry.ts';
import type { Vault } from './vault.ts';

export type RegistryPorts = Readonly<{
  journal: Journal;
  queries: JournalQueries;
  vault: Vault;
  regions: RegionTree;
  /** How a profile's devices may be called: undefined for a profile that nobody knows. */
  hasProfile: (profile: string) => boolean;
  alarmTypeExists: (code: string) => boolean;
}>;

/** A URL is shown to whoever may read the device. */
const HAS_CREDENTIALS = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*@/i;

type Listener = (id: DeviceId, device: Device | undefined) => void;
const subjectOf = (id: DeviceId): string => `registry/${id}`;
const StoredStatus = z.object({ online: z.boolean(), at: z.number() });

/** The devices in memory, each change journalled first. Passwords are open here and sealed in the journal. */
export class JournalledRegistry implements DeviceRegistry {
  readonly #ports: RegistryPorts;
  readonly #devices = new Map<DeviceId, Device>();
  /** The ids in order, for paging; made anew when one comes or goes. */
  #order: readonly DeviceId[] | undefined;
  readonly #listeners = new Set<Listener>();
  readonly #aliases = new Aliases();
  readonly presences = new PresenceMap();
  readonly secrets: DeviceSecrets;

  constructor(ports: RegistryPorts) {
    this.#ports = ports;
    this.secrets = new DeviceSecrets(ports.journal, ports.queries);
    for (const { value } of ports.queries.facts('device/')) {
      const device = this.#unsealed(value as Device); // written by put() below
      this.#devices.set(device.id, device);
      this.#aliases.replace(undefined, device);
    }
    for (const { key, value } of ports.queries.facts('status/')) {
      const { online, at } = StoredStatus.parse(value);
      const id = key.slice('status/'.length);
      if (!this.#devices.has(id)) continue;
      this.presences.setOnline(id, online);
      this.presences.heard(id, at);
    }
  }

  find = (id: DeviceId): Device | undefined => this.#devices.get(id);
  named = (name: string): Device | undefined =>
    this.#devices.get(name) ?? this.#devices.get(this.#aliases.ownerOf(name) ?? '');
  presence = (id: DeviceId) => this.presences.of(id);
  byProfile = (profile: string): readonly Device[] =>
    [...this.#devices.values()].filter((device) => device.profile === profile);

  list(after: DeviceId | undefined, limit: number, accept: (device: Device) => boolean): readonly Device[] {
    this.#order ??= [...this.#devices.keys()].sort();
    const found: Device[] = [];
    for (let index = after === undefined ? 0 : indexAfter(this.#order, after); index < this.#order.length; index += 1) {
      const device = this.#devices.get(this.#order[index] ?? '');
      if (device !== undefined && accept(device)) found.push(device);
      if (found.length === limit) break;
    }
    return found;
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async put(
    input: Omit<Device, 'version'>,
    version: number | undefined,
    by: Actor,
  ): Promise<Result<Device, DeviceFault>> {
    const [done] = await this.putAll([{ device: input, version }], by);
    return done ?? failed({ kind: 'unknown-device' });
  }

  async putAll(puts: readonly DevicePut[], by: Actor): Promise<readonly Result<Device, DeviceFault>[]> {
    const claimed = new Set<string>(); // two of one batch may not share an id or a name
    const prepared = puts.map((put) => this.#prepared(put, claimed));
    const writes = prepared.flatMap((one) => (one.ok ? [this.#writeOf(one.value, by)] : []));
    // Two people who save at once have both seen the same version: the journal's lock lets one of them through.
    const outcomes = writes.length === 0 ? [] : await this.#ports.journal.append(writes);
    const next = outcomes.values();
    const done = prepared.map((one) => (one.ok ? this.#kept(one.value, next.next().value?.ok === true) : one));
    for (const one of done) if (one.ok) this.#tell(one.value.id, one.value);
    return done;
  }

  checked(input: Omit<Device, 'version'>): Result<Omit<Device, 'version'>, DeviceFault> {
    return this.#checked(input, this.#devices.get(input.id));
  }

  #prepared({ device, version }: DevicePut, claimed: Set<string>): Result<Device, DeviceFault> {
    const present = this.#devices.get(device.id);
    const names = [device.id, ...(device.aliases ?? [])];
    if (present !== undefined && version !== present.version) return failed({ kind: 'conflict', present });
    const checked = this.#checked(device, present);
    if (!checked.ok) return checked;
    const twice = names.find((name) => claimed.has(name));
    if (twice !== undefined) {
      const field = twice === device.id ? 'id' : 'aliases';
      const expected = 'a name of this device only; another of the same batch has it';
      return failed({ kind: 'bad-value', fault: badValue('unknown-code', field, twice, expected) });
    }
    for (const name of names) claimed.add(name);
    return ok({ ...checked.value, version: this.#ports.journal.versionOf(subjectOf(device.id)) + 1 });
  }

  #writeOf(device: Device, by: Actor): Write {
    const entry: OtherEntry = { kind: 'device-put', device: this.#sealed(device), by };
    return {
      subject: subjectOf(device.id),
      expectedVersion: device.version - 1,
      entries: [{ entry, alarm: undefined }],
    };
  }

  #kept(device: Device, isStored: boolean): Result<Device, DeviceFault> {
    const present = this.#devices.get(device.id);
    if (!isStored) return failed({ kind: 'conflict', present: present ?? device });
    this.#devices.set(device.id, device);
    this.#aliases.replace(present, device);
    if (present === undefined) this.#order = undefined;
    return ok(device);
  }

  /** Seals these passwords anew. Nobody is told: nothing of the devices changed. Throws JournalUnavailable. */
  async reseal(ids: readonly DeviceId[], by: Actor): Promise<void> {
    const devices = ids.flatMap((id) => this.#devices.get(id) ?? []);
    const next = devices.map((device) => ({
      ...device,
      version: this.#ports.journal.versionOf(subjectOf(device.id)) + 1,
    }));
    const outcomes = await this.#ports.journal.append(next.map((device) => this.#writeOf(device, by)));
    for (const [at, device] of next.entries()) this.#kept(device, outcomes[at]?.ok === true);
  }

  async remove(id: DeviceId, by: Actor): Promise<Result<void, DeviceFault>> {
    if (!this.#devices.has(id)) return failed({ kind: 'unknown-device' });
    const entry: OtherEntry = { kind: 'device-removed', device: id, by };
    const entries = [entry, ...this.secrets.removalOf(id, by)].map((one) => ({ entry: one, alarm: undefined }));
    await this.#ports.journal.append([{ subject: subjectOf(id), expectedVersion: undefined, entries }]);
    this.#aliases.replace(this.#devices.get(id), undefined);
    this.#devices.delete(id);
    this.secrets.forget(id);
    this.presences.forget(id);
    this.#order = undefined;
    this.#tell(id, undefined);
    return ok(undefined);
  }

  async giveSecret(id: DeviceId, by: Actor): Promise<Result<string, DeviceFault>> {
    if (!this.#devices.has(id)) return failed({ kind: 'unknown-device' });
    return ok(await this.secrets.give(id, by));
  }

  #checked(input: Omit<Device, 'version'>, present: Device | undefined): Result<Omit<Device, 'version'>, DeviceFault> {
    const { regions, hasProfile, alarmTypeExists } = this.#ports;
    const wrong = (field: string, value: string, expected: string) =>
      failed({ kind: 'bad-value', fault: badValue('unknown-code', field, value, expected) } as const);
    if (!DEVICE_ID.test(input.id)) return wrong('id', input.id, 'letters, digits and . _ : -, such as yz-fence-k812');
    if (regions.find(input.region) === undefined) return wrong('region', input.region, 'a division code of this city');
    if (!hasProfile(input.profile)) return wrong('profile', input.profile, 'a device profile of the catalogue');
    const stranger = Object.entries(input.types ?? {}).find(([, type]) => !alarmTypeExists(type));
    if (stranger !== undefined) return wrong(`types.${stranger[0]}`, stranger[1], 'an alarm type of the catalogue');
    const alias = this.#aliases.taken(input);
    if (alias !== undefined)
      return wrong('aliases', alias, `a name of this device only; ${this.#aliases.ownerOf(alias)} has it`);
    if (HAS_CREDENTIALS.test(input.connection?.url ?? '')) {
      const expected = 'a URL without user and password: they have fields of their own';
      return failed({ kind: 'bad-value', fault: badValue('out-of-range', 'connection.url', '', expected) });
    }
    const place = knownPlace(input.place);
    if (!place.ok) return failed({ kind: 'bad-value', fault: place.error });
    return ok({ ...input, place: place.value, ...withPassword(input, present) });
  }

  #tell(id: DeviceId, device: Device | undefined): void {
    for (const listener of this.#listeners) listener(id, device);
  }

  #sealed = (device: Device): Device => mapPassword(device, (text) => this.#ports.vault.seal(text, device.id));
  #unsealed = (device: Device): Device => mapPassword(device, (text) => this.#ports.vault.open(text, device.id));
}

function mapPassword(device: Device, map: (password: string) => string): Device {
  const password = device.connection?.password;
  if (device.connection === undefined || password === undefined) return device;
  return { ...device, connection: { ...device.connection, password: map(password) } };
}

/** A form that shows a device never holds its password: sent back without one, the known one stays. */
function withPassword(
  input: Omit<Device, 'version'>,
  present: Device | undefined,
): Pick<Device, 'connection'> | undefined {
  const { connection } = input;
  const known = present?.connection;
  if (connection === undefined || connection.password !== undefined || known?.password === undefined) return undefined;
  // Only for the same address and user: else a changed address would be sent a password that was not meant for it.
  if (known.url !== connection.url || known.username !== connection.username) return undefined;
  return { connection: { ...connection, password: known.password } };
}

/** The first position behind `id` in an ordered list. */
function indexAfter(order: readonly DeviceId[], id: DeviceId): number {
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((order[middle] ?? '') <= id) low = middle + 1;
    else high = middle;
  }
  return low;
}
