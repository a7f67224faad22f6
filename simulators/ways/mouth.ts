/** How a simulated device gets its messages out, whichever way. */
export type Mouth<Message> = Readonly<{
  /** Resolves once it is on its way, or answered where the protocol has answers. */
  say: (message: Message) => Promise<void>;
  close: () => Promise<void>;
  /** How the gateway reaches it: what a record's `connection` says of it. Only of those that are called. */
  connection?: Readonly<{ url: string; username?: string; password?: string }>;
}>;
