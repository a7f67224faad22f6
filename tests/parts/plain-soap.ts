import { createHash, randomBytes } from 'node:crypto';

type SignIn = Readonly<{ username: string; password: string; at?: number; nonce?: Buffer }>;
const WSSE = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd';

/** A UsernameToken that signs a request in. Source: ONVIF Core, 5.12; OASIS UsernameToken Profile 1.1. */
export function usernameToken({ username, password, at = Date.now(), nonce = randomBytes(16) }: SignIn): string {
  const created = new Date(at).toISOString();
  const digest = createHash('sha1').update(nonce).update(created).update(password).digest('base64');
  return `<Security xmlns="${WSSE}"><UsernameToken><Username>${username}</Username><Password Type="x#PasswordDigest">${digest}</Password><Nonce>${nonce.toString('base64')}</Nonce><Created xmlns="u">${created}</Created></UsernameToken></Security>`;
}

/** A request in plain SOAP; `token` signs it in. */
export function postSoap(url: string, body: string, token: string): Promise<{ status: number; text: string }> {
  const envelope = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header>${token}</s:Header><s:Body>${body}</s:Body></s:Envelope>`;
  return postText(url, envelope);
}

export async function postText(url: string, body: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(url, { method: 'POST', body, headers: { 'Content-Type': 'application/soap+xml' } });
  return { status: answer.status, text: await answer.text() };
}
