import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { Access } from '../../access/access.ts';
import { isOwnOrigin, SESSION_COOKIE } from '../../access/browser.ts';
import type { Holder } from '../../access/guard.ts';
import type { LiveSocket } from './client.ts';
import type { Turns } from './turns.ts';

const Auth = z.object({ token: z.string().max(128).optional() });

/** A page of another site must not open a feed with this browser's cookie. */
export const isFromHere = ({ headers }: IncomingMessage): boolean => isOwnOrigin(headers.origin, headers.host);

/** Goes on with a handshake when its turn comes. Until then nobody else listens for the connection's end. */
export function inTurn({ socket }: IncomingMessage, turns: Turns, goOn: () => void): void {
  const drop = (): void => void socket.destroy();
  socket.on('error', drop);
  void turns.do(() => {
    socket.off('error', drop);
    if (!socket.destroyed) goOn();
  });
}

/** The session that a new connection brings: the token of its `auth`, else the cookie of its page. */
export function holderOfHandshake({ handshake }: LiveSocket, access: Access): Holder | undefined {
  const auth = Auth.safeParse(handshake.auth);
  const token = (auth.success ? auth.data.token : undefined) ?? cookieOf(handshake.headers.cookie);
  return token === undefined ? undefined : access.holderOf(token);
}

function cookieOf(header: string | undefined): string | undefined {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim().split('=', 2));
  return pairs.find(([name]) => name === SESSION_COOKIE)?.[1];
}
