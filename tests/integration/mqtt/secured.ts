import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { IClientOptions } from 'mqtt';
import type { MqttPorts } from '../../../adapters/mqtt/mqtt.ts';
import type { MqttSettings } from '../../../config/settings.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';
import { connectDevice, startAdapter } from './parts.ts';

type Cleanup = (fn: () => Promise<void>) => void;

/** A certificate for this machine's loopback address, made for the test. */
export async function ownCertificate(onTestFinished: Cleanup): Promise<{ certFile: string; keyFile: string }> {
  const folder = await temporaryFolder(onTestFinished);
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
  execFileSync('openssl', ['req', '-x509', ...key, '-out', certFile, '-days', '1', ...subject], { stdio: 'ignore' });
  return { certFile, keyFile };
}

/** The embedded broker on every address, with TLS and secrets: each device's is its id backwards. */
export async function startSecured(
  onTestFinished: Cleanup,
  chosen: Partial<MqttSettings> = {},
  ports: Partial<MqttPorts> = {},
) {
  const { certFile, keyFile } = await ownCertificate(onTestFinished);
  const cert = readFileSync(certFile);
  const listeners = new Set<(device: string) => void>();
  const signIn = {
    tls: { key: readFileSync(keyFile), cert },
    authenticate: async (device: string, secret: string) => {
      if (device === 'breaks-the-check') throw new Error('no disk');
      return device !== '' && secret === secretOf(device);
    },
    onRevoked: (listener: (device: string) => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const running = await startAdapter(onTestFinished, { host: '0.0.0.0', ...chosen }, { signIn, ...ports });
  const url = running.url.replace('0.0.0.0', '127.0.0.1');
  const revoke = (device: string) => {
    for (const listener of listeners) listener(device);
  };
  const signedIn = (device: string, options: IClientOptions = {}) =>
    connectDevice(onTestFinished, url, {
      ca: [cert],
      username: device,
      password: secretOf(device),
      reconnectPeriod: 0,
      ...options,
    });
  return { ...running, url, signedIn, revoke };
}

const secretOf = (device: string): string => [...device].reverse().join('');
