import { createServer, type Server, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createCameraNetworks } from '../../../adapters/onvif/address.ts';
import { CertificatePins } from '../../../adapters/onvif/certificates.ts';
import { CameraClock } from '../../../adapters/onvif/clock.ts';
import { CameraLink } from '../../../adapters/onvif/link.ts';
import { createTransport } from '../../../adapters/onvif/transport.ts';

const SOAP = '<E:Envelope xmlns:E="http://www.w3.org/2003/05/soap-envelope"><E:Body><ok/></E:Body></E:Envelope>';
const ANSWER = `HTTP/1.1 200 OK\r\nContent-Length: ${SOAP.length}\r\n\r\n${SOAP}`;

async function linkTo(server: Server): Promise<CameraLink> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const transport = createTransport(createCameraNetworks(['127.0.0.0/8']), new CertificatePins(undefined));
  onTestFinished(async () => {
    transport.close();
    for (const socket of sockets) socket.destroy();
    await new Promise((closed) => server.close(closed));
  });
  const connection = { url: `http://127.0.0.1:${port}/`, username: 'admin', password: 'secret' };
  return new CameraLink(connection, transport, new CameraClock(), Date.now, new AbortController().signal);
}

it('sends again, with fresh credentials, what met a connection that the camera had closed', async () => {
  const nonces: (string | undefined)[] = [];
  const server = createServer((socket) => {
    let requests = 0;
    socket.on('error', () => undefined); // the peer may be gone already
    socket.on('data', (data) => {
      if (!data.includes('</s:Envelope>')) return; // the head comes apart from the message
      requests += 1;
      nonces.push(/Nonce[^>]*>([^<]+)</.exec(data.toString())?.[1]);
      if (requests === 2) socket.resetAndDestroy();
      else socket.write(ANSWER);
    });
  });
  const link = await linkTo(server);
  const call = () => link.call({ path: '/onvif/device_service', operation: '<a/>' });
  expect((await call()).ok).toBe(true);
  expect((await call()).ok).toBe(true);
  expect(nonces).toHaveLength(3);
  expect(new Set(nonces).size).toBe(3);
});

it('opens at most four connections to a camera, and serves all who wait', async () => {
  let [open, most, answered] = [0, 0, 0];
  const waiting: (() => void)[] = [];
  const server = createServer((socket) => {
    open += 1;
    most = Math.max(most, open);
    socket.on('close', () => {
      open -= 1;
    });
    socket.on('data', (data) => {
      if (!data.includes('</s:Envelope>')) return;
      waiting.push(() => socket.write(ANSWER));
      answered += 1;
      if (waiting.length === 4 || answered === 12) for (const answer of waiting.splice(0)) answer();
    });
  });
  const link = await linkTo(server);
  const calls = Array.from({ length: 12 }, () => link.call({ path: '/', operation: '<a/>' }));
  expect((await Promise.all(calls)).every(({ ok }) => ok)).toBe(true);
  expect(most).toBe(4);
});

it('says what is wrong when nobody listens', async () => {
  const server = createServer();
  const link = await linkTo(server);
  await new Promise((closed) => server.close(closed));
  expect(await link.call({ path: '/', operation: '<a/>' })).toEqual({
    ok: false,
    error: { reason: 'offline', text: 'ECONNREFUSED' },
  });
});
