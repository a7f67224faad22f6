import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { fault, type StreamFault } from '../fault.ts';

/** Where a stream is: host and port as the operator entered them, `path` with its query as it goes on the wire. */
export type RtspTarget = Readonly<{
  host: string;
  port: number;
  path: string;
  /** The address was one of HTTP: RTSP comes through a tunnel. */
  isTunnelled: boolean;
}>;

const RTSP_PORT = 554;
const HTTP_PORT = 80;
const PRINTABLE = /^[\x21-\x7e]*$/;

/** User name and password inside the URL are left out: they travel apart, so that no text can show them. */
export function readTarget(url: string): Result<RtspTarget, StreamFault> {
  const bad = failed(
    fault('bad-url', 'expected a stream address such as rtsp://10.0.3.7/stream1, or http:// for one through a tunnel'),
  );
  const parts = /^(rtsp|http):\/\/(?:[^/@]*@)?(\[[0-9A-Fa-f:.]+\]|[^/:?@\s]+)(?::(\d{1,5}))?([/?].*)?$/i.exec(url);
  if (parts === null) return bad;
  const [, scheme = '', host = '', port, path = '/'] = parts;
  const isTunnelled = scheme.toLowerCase() === 'http';
  const portNumber = port === undefined ? (isTunnelled ? HTTP_PORT : RTSP_PORT) : Number(port);
  if (portNumber < 1 || portNumber > 65_535 || !PRINTABLE.test(path)) return bad;
  const named = host.startsWith('[') ? host.slice(1, -1) : host;
  return ok({ host: named, port: portNumber, path: path.startsWith('?') ? `/${path}` : path, isTunnelled });
}

/** What a tunnel to this target is asked for; undefined where none is wanted. */
export const tunnelOf = ({
  host,
  path,
  isTunnelled,
}: RtspTarget): Readonly<{ host: string; path: string }> | undefined => (isTunnelled ? { host, path } : undefined);

/** The request URI of a path at this target. */
export function uriOf(target: Omit<RtspTarget, 'isTunnelled'>, path: string = target.path): string {
  const host = target.host.includes(':') ? `[${target.host}]` : target.host;
  return `rtsp://${host}${target.port === RTSP_PORT ? '' : `:${target.port}`}${path}`;
}

/**
 * The path that a camera's control attribute means. Only path and query are believed: a camera may not send us to
 * another host. A relative control is appended, as cameras mean it and RFC 2326 C.1.1 does not, also behind a query.
 * Undefined for what cannot stand in a request line.
 */
export function controlPath(base: string, control: string): string | undefined {
  const path = pathOf(control);
  if (!PRINTABLE.test(control)) return undefined;
  if (path !== undefined) return path;
  if (control === '' || control === '*') return base;
  if (control.startsWith('/')) return control;
  return `${base}${base.endsWith('/') ? '' : '/'}${control}`;
}

/** Path and query of an absolute URL; undefined for anything else. */
export function pathOf(url: string): string | undefined {
  const parts = /^rtsps?:\/\/[^/?]*([/?][\x21-\x7e]*)?$/i.exec(url);
  if (parts === null) return undefined;
  const path = parts[1] ?? '/';
  return path.startsWith('?') ? `/${path}` : path;
}
