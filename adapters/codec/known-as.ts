import type { MessageContext } from './definition.ts';

/** The name among these that the registry knows; where it knows none, the first, which the dead letter then tells. */
export function knownAs({ device }: Pick<MessageContext, 'device'>, names: readonly (string | undefined)[]): string {
  const said = names.filter((name) => name !== undefined && name !== '');
  return said.find((name) => name !== undefined && device(name) !== undefined) ?? said[0] ?? '';
}
