/**
 * The offer without the addresses in it. The viewer calls us, we never call it: so no one can make the gateway send
 * anything to a place of their choice, nor ask the network for a name.
 */
export const withoutCandidates = (offer: string): string =>
  offer
    .split(/\r?\n/)
    .filter((line) => !line.startsWith('a=candidate:') && !line.startsWith('a=end-of-candidates'))
    .join('\r\n');
