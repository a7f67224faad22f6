import { failed } from '../../gateway/domain/result.ts';
import type { OnboardingPorts } from '../../gateway/onboarding-house.ts';

const nobody = async () => failed({ reason: 'unknown-device', text: 'a gateway without cameras' } as const);
/** The adapter of a gateway that has no cameras. */
export const NO_CAMERAS: OnboardingPorts['cameras'] = {
  status: () => [],
  describe: nobody,
  tryLogin: nobody,
  changePassword: nobody,
  command: async () => failed({ reason: 'not-connected', text: 'a gateway without cameras' } as const),
  snapshot: nobody,
  ptzAbilities: nobody,
};
