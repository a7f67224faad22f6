import type { Device, DeviceId } from '../domain/device.ts';

/** What devices call themselves in their messages (别名), each name of one device only. */
export class Aliases {
  readonly #owners = new Map<string, DeviceId>();

  ownerOf = (name: string): DeviceId | undefined => this.#owners.get(name);

  /** The first of a device's names that is another's already. */
  taken = ({ id, aliases = [] }: Pick<Device, 'id' | 'aliases'>): string | undefined =>
    aliases.find((name) => (this.#owners.get(name) ?? id) !== id);

  replace(former: Device | undefined, device: Device | undefined): void {
    for (const name of former?.aliases ?? []) this.#owners.delete(name);
    for (const name of device?.aliases ?? []) this.#owners.set(name, device?.id ?? '');
  }
}
