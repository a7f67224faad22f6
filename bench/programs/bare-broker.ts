import { createServer } from 'node:net';
import { Aedes } from 'aedes';

/* The floor for the embedded broker: the same library, which acknowledges and counts and does nothing else. */
let count = 0;
const broker = await Aedes.createBroker();
broker.authorizePublish = (_client, _packet, done) => {
  count += 1;
  done(null);
};
const server = createServer(broker.handle).listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) process.send?.(['ready', address.port]);
});
process.on('message', () => process.send?.(['count', count]));
