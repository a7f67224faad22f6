/** node-media-server 4.4.3 has no types of its own; this is what the bench uses of it as a whole server. */
declare module 'node-media-server' {
  export default class NodeMediaServer {
    constructor(config: object);
    run(): Promise<void>;
  }
}
declare module 'node-media-server/src/core/logger.js' {
  const logger: { log(text: string): void };
  export default logger;
}
