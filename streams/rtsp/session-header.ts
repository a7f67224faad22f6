/** Without a word from the server a session lives a minute. Source: RFC 2326, 12.37. */
const SESSION_TIMEOUT_S = 60;

/** What the answer to SETUP says of the session; undefined where it names none that could be said again. */
export function readSessionHeader(header: string): Readonly<{ id: string; timeoutS: number }> | undefined {
  const [id = '', ...parameters] = header.split(';');
  if (!/^[\x21-\x7e]{1,256}$/.test(id.trim())) return undefined;
  return { id: id.trim(), timeoutS: timeoutSeconds(parameters.join(';')) };
}

/** Between 2 s and an hour, whatever the camera says: a keep-alive each millisecond would serve nobody. */
function timeoutSeconds(parameters: string): number {
  const told = Number(/timeout\s*=\s*(\d{1,6})/i.exec(parameters)?.[1] ?? SESSION_TIMEOUT_S);
  return Math.min(Math.max(told, 2), 3600);
}
