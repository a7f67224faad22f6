import { createSocket } from 'node:dgram';
import { once } from 'node:events';

const LENGTH = 40;

/** UDP ports of which the first was free a moment ago, as a setting writes them: 41000-41039. */
export async function freeUdpRange(): Promise<string> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const first = Math.min(socket.address().port, 65_535 - LENGTH);
  socket.close();
  return `${first}-${first + LENGTH - 1}`;
}
