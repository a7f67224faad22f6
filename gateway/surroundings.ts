import type { Logger } from 'pino';

/** What comes from outside the program, so that a test can hand in its own. */
export type Surroundings = Readonly<{
  log: Logger;
  /** Told the first administrator's password once, when it was made up here. */
  announce: (password: string) => void;
  now: () => number;
  random: () => number;
  /** The journal is gone for good: the process must end, for its supervisor to start it again. */
  onLost: (error: unknown) => void;
}>;

export type OnStop = (close: () => Promise<void> | void) => void;
