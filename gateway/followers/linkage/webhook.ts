import { createHmac } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { admitHost, type DeviceNetworks, type Resolve } from '../../domain/device-networks.ts';
import { failed, ok, type Result } from '../../domain/result.ts';

export type Webhook = Readonly<{ url: string; secret: string | undefined }>;

/**
 * One POST to an allowed address, without following redirects. `X-Fengsui-Signature` is `sha256=` and the HMAC of the
 * body in hex; `Idempotency-Key` is the same for the same step of the same alarm.
 */
export async function postWebhook(
  { url, secret }: Webhook,
  {
    body,
    key,
    networks,
    resolve,
    stop,
  }: Readonly<{
    body: string;
    key: string;
    networks: DeviceNetworks;
    resolve: Resolve;
    stop: AbortSignal;
  }>,
): Promise<Result<void, string>> {
  const target = new URL(url);
  const admitted = await admitHost(target.hostname, networks, resolve);
  if (admitted === undefined) return failed('the host has no address');
  if (admitted === 'outside') return failed('the host lies outside linkages.webhookNetworks');
  const isName = isIP(target.hostname.replace(/^\[|\]$/g, '')) === 0;
  const secure = target.protocol === 'https:';
  const headers = {
    host: target.host,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    'idempotency-key': key,
    ...(secret === undefined
      ? {}
      : { 'x-fengsui-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` }),
  };
  const options = {
    host: admitted.address,
    port: target.port === '' ? (secure ? 443 : 80) : Number(target.port),
    path: `${target.pathname}${target.search}`,
    method: 'POST',
    headers,
    signal: stop,
    agent: false as const,
    ...(secure && isName ? { servername: target.hostname } : {}),
  };
  return await new Promise((resolved) => {
    const asked = (secure ? httpsRequest : httpRequest)(options, (response) => {
      response.destroy(); // what it says beyond its status is of no use
      const { statusCode = 0 } = response;
      resolved(statusCode >= 200 && statusCode < 300 ? ok(undefined) : failed(`answered ${statusCode}`));
    });
    asked.on('error', (error) => resolved(failed(error.message)));
    asked.end(body);
  });
}
