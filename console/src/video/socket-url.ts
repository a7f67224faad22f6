/** The gateway may give a path; a WebSocket wants scheme and host. */
export function socketUrl(url: string, base = globalThis.location.href): string {
  const full = new URL(url, base);
  full.protocol = full.protocol.replace('http', 'ws');
  return full.href;
}
