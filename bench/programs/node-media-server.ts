import NodeMediaServer from 'node-media-server';
import logger from 'node-media-server/src/core/logger.js';

/*
 * node-media-server as its README starts it: RTMP in, HTTP-FLV out. Not on: recording, its web page, its API.
 * Arguments: the port for RTMP, the port for HTTP, a folder for its store. Says ready.
 */
const [rtmp = '0', http = '0', folder = ''] = process.argv.slice(2);
logger.log = () => {}; // a line for each viewer would be counted as its work
const server = new NodeMediaServer({
  bind: '127.0.0.1',
  rtmp: { port: Number(rtmp) },
  http: { port: Number(http) },
  record: { auto: false, path: folder },
  store: { path: folder },
  webadmin: { enable: false },
});
await server.run();
process.on('disconnect', () => process.exit(0));
process.send?.(['ready', {}]);
