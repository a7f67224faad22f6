import type { RtspConnection } from './connection.ts';
import type { RtspResponse } from './message.ts';

/** Asks the camera now and then, so that it does not take the session for abandoned. Source: RFC 2326, 10.8 and 12.37. */
export class SessionKeepAlive {
  #method = 'OPTIONS';
  #timer: NodeJS.Timeout | undefined;

  /** What the camera's answer to OPTIONS says that it knows. */
  noteMethods({ headers }: RtspResponse): void {
    const methods = (headers.get('public') ?? []).join(',').toUpperCase();
    if (/\bGET_PARAMETER\b/.test(methods)) this.#method = 'GET_PARAMETER';
  }

  start(connection: RtspConnection, uri: string, session: string, intervalMs: number): void {
    const ask = async (): Promise<void> => {
      if (connection.isWaiting) return;
      const answer = await connection.request(this.#method, uri, [`Session: ${session}`]);
      // Announced and then refused: OPTIONS keeps a session alive as well. No answer: while pictures come, so be it.
      if (!answer.ok && answer.error.reason === 'refused') this.#method = 'OPTIONS';
    };
    this.#timer = setInterval(() => void ask(), intervalMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
