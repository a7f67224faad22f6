import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { PushDoor } from '../../../adapters/onvif/push-door.ts';

async function door(from = '127.0.0.1') {
  const taken: string[] = [];
  const made = new PushDoor({ host: '127.0.0.1', port: 0, url: 'http://127.0.0.1:0' }, pino({ level: 'silent' }));
  await made.open();
  onTestFinished(() => made.close());
  let isFull = false;
  const way = made.expect(from, async (notify) => {
    if (isFull) throw new Error('no room');
    taken.push(notify.local);
  });
  return { taken, way, fill: () => (isFull = true) };
}

const NOTIFY = '<n:Notify xmlns:n="http://docs.oasis-open.org/wsn/b-2"/>';
const post = async (url: string, body: string, method = 'POST') =>
  (await fetch(url, method === 'GET' ? { method } : { method, body })).status;

it('takes a Notify in an envelope of either SOAP, or alone', async () => {
  const { way, taken } = await door();
  for (const soap of ['http://www.w3.org/2003/05/soap-envelope', 'http://schemas.xmlsoap.org/soap/envelope/'])
    expect(await post(way.url, `<s:Envelope xmlns:s="${soap}"><s:Body>${NOTIFY}</s:Body></s:Envelope>`)).toBe(200);
  expect(await post(way.url, NOTIFY)).toBe(200);
  expect(taken).toEqual(['Notify', 'Notify', 'Notify']);
});

it('refuses another sender, another method, too much, no Notify, and a way that was closed', async () => {
  const { way, taken } = await door();
  expect(await post(way.url, '', 'GET')).toBe(405);
  expect(await post(way.url, 'a'.repeat(1_100_000)).catch(() => 413)).toBe(413);
  expect(await post(way.url, '<!DOCTYPE x><x/>')).toBe(400);
  expect(await post(way.url, '<s:Envelope xmlns:s="urn:s"><s:Body><Renew/></s:Body></s:Envelope>')).toBe(400);
  way.close();
  expect(await post(way.url, NOTIFY)).toBe(404);
  const foreign = await door('127.0.0.2');
  expect(await post(foreign.way.url, NOTIFY)).toBe(403);
  expect([...taken, ...foreign.taken]).toEqual([]);
});

it('does not say that it took what the journal did not', async () => {
  const { way, fill } = await door();
  fill();
  expect(await post(way.url, NOTIFY)).toBe(503);
});

it('gives each subscription a path of its own that nobody can guess', async () => {
  const paths = await Promise.all([door(), door()]).then((doors) => doors.map(({ way }) => new URL(way.url).pathname));
  expect(new Set(paths).size).toBe(2);
  for (const path of paths) expect(path).toMatch(/^\/onvif\/notify\/[\w-]{32}$/);
});
