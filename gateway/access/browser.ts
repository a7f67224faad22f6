/** What a page of ours brings along with each request. */
export const SESSION_COOKIE = 'fengsui_session';

/** Whether an Origin header, where there is one, names the host that was asked. Source: RFC 6454, 7. */
export function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host;
}
