import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Two ends of one connection inside this machine. Node has no socketpair, so a Unix socket in a folder that only we
 * may enter stands in for it; folder and listener are gone before the pair is used.
 */
export async function socketPair(): Promise<readonly [Socket, Socket]> {
  const folder = await mkdtemp(join(tmpdir(), 'fengsui-pair-'));
  const server = createServer({ pauseOnConnect: true });
  try {
    const path = join(folder, 's');
    server.listen(path);
    await once(server, 'listening');
    const near = connect(path);
    const [[far]] = await Promise.all([once(server, 'connection'), once(near, 'connect')]);
    if (!(far instanceof Socket)) throw new Error('a connection that is no socket');
    return [near, far];
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}
