import { readFileSync } from 'node:fs';
import type { DeviceSignIn } from '../adapters/mqtt/admission.ts';
import type { MqttSettings } from '../config/settings.ts';
import type { JournalledRegistry } from './registry/journalled-registry.ts';

/**
 * How devices sign in to the embedded broker: with their id and secret, over TLS with the files of the settings.
 * Undefined without such files: then the broker stands on a loopback address only. Throws on files that it cannot read.
 */
export function deviceSignIn(tls: MqttSettings['tls'], registry: JournalledRegistry): DeviceSignIn | undefined {
  if (tls === undefined) return undefined;
  return {
    tls: { cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) },
    authenticate: async (device, secret) => {
      const isRight = await registry.secrets.matches(device, secret); // first: it takes its time for everybody
      return isRight && registry.find(device)?.enabled === true;
    },
    onRevoked: (listener) => {
      const stops = [
        registry.secrets.onChange(listener),
        registry.onChange((id, device) => device?.enabled !== true && listener(id)),
      ];
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}
