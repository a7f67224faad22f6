import type { Codec } from '../adapters/codec/definition.ts';
import type { Catalogue } from '../config/catalogue.ts';
import type { DeviceProfile } from '../config/profiles.ts';

/**
 * The catalogue with the profiles that families bring along in their own file; an entry of profiles.yaml goes before
 * one of these. Throws where a family maps a word to a type that does not exist: a mistake of ours.
 */
export function withProfilesOf(codecs: readonly Codec[], catalogue: Catalogue): Catalogue {
  const profiles = new Map(catalogue.profiles);
  for (const { family, profile } of codecs) {
    if (profile === undefined || profiles.has(family)) continue;
    const strange = Object.values(profile.types ?? {}).find((code) => !catalogue.alarmTypes.has(code));
    if (strange !== undefined)
      throw new Error(`the family ${family} maps a word to ${strange}, which is no alarm type`);
    const own: DeviceProfile = { offlineAfterMs: undefined, ...profile, id: family, line: 0 };
    profiles.set(family, own);
  }
  return { ...catalogue, profiles };
}
