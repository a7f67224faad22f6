import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { createCameraNetworks } from '../../../adapters/onvif/address.ts';
import { CertificatePins } from '../../../adapters/onvif/certificates.ts';
import { CameraClock } from '../../../adapters/onvif/clock.ts';
import { CameraLink } from '../../../adapters/onvif/link.ts';
import { findServices } from '../../../adapters/onvif/service-paths.ts';
import { createTransport } from '../../../adapters/onvif/transport.ts';
import { fault, type Script, say, startScriptedCamera } from '../../parts/scripted-camera.ts';

async function servicesOf(scripts: Readonly<Record<string, Script>>) {
  const camera = await startScriptedCamera();
  for (const [operation, script] of Object.entries(scripts)) camera.script(operation, script);
  const transport = createTransport(createCameraNetworks(['127.0.0.0/8']), new CertificatePins(undefined));
  onTestFinished(async () => {
    transport.close();
    await camera.stop();
  });
  const link = new CameraLink(
    { url: camera.url },
    transport,
    new CameraClock(),
    Date.now,
    new AbortController().signal,
  );
  const found = await findServices(link);
  return found.ok ? Object.fromEntries(found.value) : found.error;
}

const Answer = z.object({ operation: z.string(), kind: z.string(), response: z.string() });
const recorded =
  (file: string, operation: string): Script =>
  (response) => {
    const path = new URL(`../../fixtures/onvif/answers/${file}.jsonl.gz`, import.meta.url);
    const lines = gunzipSync(readFileSync(path)).toString('utf8').trim().split('\n');
    const answers = lines.map((line) => Answer.parse(JSON.parse(line)));
    const text = answers.find((one) => one.operation === operation && one.kind === 'response')?.response;
    if (text === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': 'application/soap+xml' }).end(text);
  };
const isRefused = fault('ter:ActionNotSupported', 500);

it.each(['hikvision_ds-2df7276-ael', 'pelco_d6230l'])(
  'finds the services of %s by the old way and the new',
  async (file) => {
    const byCapabilities = await servicesOf({
      GetServices: isRefused,
      GetCapabilities: recorded(file, 'GetCapabilities'),
    });
    expect(byCapabilities).toMatchObject({
      events: expect.stringMatching(/^\//),
      media: expect.stringMatching(/^\//),
      ptz: expect.any(String),
    });
    const byServices = await servicesOf({
      GetServices: recorded(file, 'GetServices'),
      GetCapabilities: recorded(file, 'GetCapabilities'),
    });
    expect(byServices).toMatchObject({ events: expect.stringMatching(/^\//), media: expect.stringMatching(/^\//) });
  },
);

it('reads a list of one service, which the library cannot', async () => {
  const one =
    '<d:GetServicesResponse><d:Service><d:Namespace>http://www.onvif.org/ver10/events/wsdl</d:Namespace><d:XAddr>http://10.9.9.9/e</d:XAddr></d:Service></d:GetServicesResponse>';
  expect(await servicesOf({ GetServices: (response) => say(response, one) })).toEqual({ events: '/e' });
});

it('tries where events usually are when a camera refuses to list its services, but not behind a page of HTML', async () => {
  expect(await servicesOf({ GetServices: isRefused, GetCapabilities: isRefused })).toEqual({
    events: '/onvif/event_service',
  });
  const page: Script = (response) => void response.writeHead(404).end('<html/>');
  expect(await servicesOf({ GetServices: page, GetCapabilities: page })).toMatchObject({ reason: 'not-supported' });
});
