import { connect, type Socket } from 'node:net';
import { generate } from 'mqtt-packet';

/*
 * The load: `connections` sockets that publish events by turns with QoS 1, each with at most `window` unacknowledged.
 * Written on bare sockets, so that it costs less than what it measures. Says `started` and, when all are acknowledged,
 * `acknowledged`, each with the time in milliseconds since 1970. Ids count from `first` on; `perSecond` keeps it to a
 * steady rate, 0 to what the window lets through.
 */
const [port = 0, total = 0, connections = 1, window = 1, devices = 1, first = 0, perSecond = 0] = process.argv
  .slice(2)
  .map(Number);
/** How often a steady rate is made up for. */
const TICK_MS = 5;

let sent = 0;
let acknowledged = 0;
const startedAt = performance.now();
const due = (): number =>
  perSecond === 0 ? total : Math.min(total, ((performance.now() - startedAt) * perSecond) / 1000);
const say = (name: string): void => void process.send?.([name, Date.now()]);

function publish(messageId: number): Buffer {
  const device = `bench-fence-${sent % devices}`;
  const type = 'railway.perimeter.intrusion';
  const payload = JSON.stringify({
    id: `e${first + sent}`,
    type,
    at: new Date().toISOString(),
    active: true,
    value: sent,
  });
  return generate({
    cmd: 'publish',
    topic: `fengsui/v1/${device}/event`,
    payload,
    qos: 1,
    messageId,
    dup: false,
    retain: false,
  });
}

/** Fills the window in one write. */
function fill(socket: Socket, state: { open: number; messageId: number }): void {
  const packets: Buffer[] = [];
  while (state.open < window && sent < due()) {
    state.messageId = (state.messageId % 65_535) + 1;
    packets.push(publish(state.messageId));
    state.open += 1;
    sent += 1;
  }
  if (packets.length > 0) socket.write(Buffer.concat(packets));
}

function run(at: number): void {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  const state = { open: 0, messageId: 0 };
  let isConnected = false;
  let bytes = 0;
  socket.write(
    generate({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clientId: `load-${at}`,
      clean: true,
      keepalive: 60,
    }),
  );
  socket.on('data', (chunk: Buffer) => {
    // CONNACK and PUBACK have four bytes each, and nothing else is sent to us.
    bytes += chunk.length;
    let answers = Math.floor(bytes / 4);
    bytes %= 4;
    if (!isConnected && answers > 0) {
      isConnected = true;
      answers -= 1;
    }
    state.open -= answers;
    acknowledged += answers;
    fill(socket, state);
    if (acknowledged === total) say('acknowledged');
  });
  if (perSecond > 0) setInterval(() => isConnected && fill(socket, state), TICK_MS);
}

say('started');
for (let at = 0; at < connections; at += 1) run(at);
