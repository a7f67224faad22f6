import { connect } from 'mqtt';

/* The floor on an outside broker: the same client library, which acknowledges and counts and does nothing else. */
const [url = '', total = '0'] = process.argv.slice(2);
let count = 0;
const client = connect(url, { clientId: 'counter', clean: false, protocolVersion: 4, reconnectPeriod: 0 });
client.on('connect', () => {
  client.subscribe('fengsui/v1/+/event', { qos: 1 }, () => process.send?.(['ready', Date.now()]));
});
client.on('message', () => {
  count += 1;
  if (count === Number(total)) process.send?.(['counted', Date.now()]);
});
