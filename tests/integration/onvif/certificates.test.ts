import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { cameraDevice, onvifAdapter, TestDirectory, TestIntake } from '../../parts/onvif-ports.ts';
import { startScriptedCamera } from '../../parts/scripted-camera.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

/** A certificate that a camera signed itself, for a name that is nobody's, as they come from the factory. */
function selfSigned(folder: string, name: string) {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '1',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      key,
      '-out',
      cert,
    ],
    { stdio: 'ignore' },
  );
  return { key: readFileSync(key), cert: readFileSync(cert) };
}

it('trusts the certificate that it sees first, over a restart, and sends nothing to another one until people say so', async () => {
  const folder = await temporaryFolder(onTestFinished);
  const [own, foreign] = [selfSigned(folder, 'factory'), selfSigned(folder, 'other')];
  const inner = await startScriptedCamera();
  onTestFinished(() => inner.stop());
  let received = 0;
  /** Speaks TLS in front of the camera. */
  const server: Server = createServer(own, async (request, response) => {
    received += 1;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const target = new URL(request.url ?? '/', inner.url);
    const answer = await fetch(target, { method: 'POST', body: Buffer.concat(chunks) }).catch(() => undefined);
    if (answer !== undefined) response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;

  const certificatesFile = join(folder, 'data', 'camera-certificates.json');
  const directory = new TestDirectory();
  directory.put(cameraDevice('gate', `https://127.0.0.1:${port}/onvif/device_service`));
  const adapterOn = () => onvifAdapter(directory, new TestIntake(), { certificatesFile });
  const first = adapterOn();
  await first.start();
  await inner.heardOf('PullMessages', 1);
  await first.stop();
  expect(statSync(certificatesFile).mode & 0o777).toBe(0o600);

  server.setSecureContext(foreign);
  server.closeAllConnections();
  received = 0;
  const second = adapterOn();
  onTestFinished(() => second.stop());
  await second.start();
  await expect.poll(() => second.status()[0]?.state, { timeout: 5_000 }).toBe('certificate-changed');
  expect(second.status()[0]?.fault).toContain('trust-certificate');
  expect(await second.snapshot('gate')).toMatchObject({ ok: false, error: { reason: 'certificate-changed' } });
  expect(received).toBe(0);

  expect(await second.command('gate', 'trust-certificate', {})).toEqual({ ok: true, value: {} });
  expect((await second.describe('gate')).ok || received > 0).toBe(true);
});
