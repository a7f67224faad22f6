import { expect, it, onTestFinished } from 'vitest';
import { RTCPeerConnection, useH264 } from 'werift';
import { LiveSources } from '../../../gateway/http/contract/video.ts';
import { freeUdpRange } from '../../parts/free-range.ts';
import { startGateway } from '../../parts/gateway.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';
import { openWallSite } from '../../parts/wall-site.ts';

async function openSite(env: Readonly<Record<string, string>>) {
  const gateway = await startGateway({ dataDir: await temporaryFolder(onTestFinished), env }, onTestFinished);
  const site = await openWallSite(onTestFinished, gateway, 1);
  const sourcesOf = async () =>
    LiveSources.parse(await gateway.call('GET', '/api/v1/cameras/wall-0/live?quality=sub')).sources;
  const address = async (): Promise<string> =>
    new URL((await sourcesOf()).find(({ protocol }) => protocol === 'webrtc')?.url ?? '', gateway.url).href;
  return { ...site, sourcesOf, address };
}

/** A viewer with an offer of its own. */
async function viewer() {
  const connection = new RTCPeerConnection({
    codecs: { video: [useH264()] },
    iceServers: [],
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ['127.0.0.1'],
  });
  onTestFinished(() => connection.close());
  const got = { packets: 0, marked: 0 };
  connection.onTrack.subscribe((track) => {
    track.onReceiveRtp.subscribe(({ header }) => {
      got.packets += 1;
      if (header.marker) got.marked += 1;
    });
  });
  connection.addTransceiver('video', { direction: 'recvonly' });
  await connection.setLocalDescription(await connection.createOffer());
  return { connection, got, offer: connection.localDescription?.sdp ?? '' };
}

const post = (address: string, body: string, type = 'application/sdp') =>
  fetch(address, { method: 'POST', headers: { 'content-type': type }, body });

it('shows a camera by WebRTC, until the viewer says goodbye', async () => {
  const site = await openSite({ FENGSUI_WEBRTC_PORTS: await freeUdpRange(), FENGSUI_WEBRTC_ADDRESSES: '127.0.0.1' });
  const { connection, got, offer } = await viewer();
  const address = await site.address();
  const answer = await post(address, offer);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([201, 'application/sdp']);
  await connection.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
  await expect.poll(() => got.marked, { timeout: 10_000 }).toBeGreaterThan(50);
  expect(got.packets).toBeGreaterThan(got.marked);

  expect((await post(address, offer)).status).toBe(403); // an address opens once
  const goodbye = new URL(answer.headers.get('location') ?? '', site.gateway.url);
  expect((await fetch(goodbye, { method: 'DELETE' })).status).toBe(200);
  expect((await fetch(goodbye, { method: 'DELETE' })).status).toBe(404);
  await expect.poll(() => site.cameras[0]?.viewers(), { timeout: 10_000 }).toBe(0);
});

it('lets a viewer go that vanished without a word, and takes what is no offer for what it is', async () => {
  const site = await openSite({ FENGSUI_WEBRTC_PORTS: await freeUdpRange(), FENGSUI_WEBRTC_ADDRESSES: '127.0.0.1' });
  for (const [body, type, status] of [
    ['hello', 'application/sdp', 400],
    ['{}', 'application/json', 400],
    [`v=0${'x'.repeat(40_000)}`, 'application/sdp', 413],
    ['v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n', 'application/sdp', 502],
  ] as const) {
    expect((await post(await site.address(), body, type)).status, body.slice(0, 20)).toBe(status);
  }
  const { offer } = await viewer(); // it never calls
  expect((await post(await site.address(), offer)).status).toBe(201);
  await expect.poll(() => site.cameras[0]?.viewers(), { timeout: 10_000 }).toBe(1);
  await expect.poll(() => site.cameras[0]?.viewers(), { timeout: 30_000 }).toBe(0);
});

it('offers none of it where it is not set up', async () => {
  const site = await openSite({});
  expect((await site.sourcesOf()).map(({ protocol }) => protocol)).toEqual(['wall', 'ws-flv', 'http-flv']);
  expect((await post(new URL('/live/whep/wall-0/sub?x', site.gateway.url).href, 'v=0')).status).toBe(404);
});
