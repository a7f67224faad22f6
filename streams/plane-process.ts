import { type ChildProcess, fork } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type PlaneSettings, ToGateway, type ToPlane } from './ipc.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const STOP_MAX_MS = 4000;

export type PlaneProcessEvents = Readonly<{
  onMessage: (message: ToGateway) => void;
  /** Once, however it ended. */
  onExit: (how: Readonly<{ code: number | null; signal: NodeJS.Signals | null }>) => void;
}>;

/** One run of the video plane's process. */
export class PlaneProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;

  constructor(settings: PlaneSettings, events: PlaneProcessEvents) {
    // Of our environment it gets what finds ffmpeg and the time zone: the gateway's secrets stay with the gateway.
    const env = {
      PATH: process.env['PATH'] ?? '',
      ...(process.env['TZ'] === undefined ? {} : { TZ: process.env['TZ'] }),
    };
    this.#child = fork(MAIN, {
      serialization: 'advanced',
      execArgv: [],
      env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#exited = this.#end(events.onExit);
    this.#child.on('message', (message) => events.onMessage(ToGateway.parse(message)));
    this.send({ kind: 'settings', settings });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** A process that could not even be started says `error` and never `exit`. */
  #end(onExit: PlaneProcessEvents['onExit']): Promise<void> {
    return new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => {
        onExit({ code, signal });
        resolve();
      });
      this.#child.on('error', () => {
        if (this.#child.kill('SIGKILL') || this.#child.pid !== undefined) return; // `exit` follows
        onExit({ code: null, signal: null });
        resolve();
      });
    });
  }

  /** `onDone` is called once the message is on its way, or with the reason why it is not. */
  send(message: ToPlane, socket?: Socket, onDone: (error: Error | null) => void = () => {}): void {
    if (this.#child.connected) this.#child.send(message, socket, {}, onDone);
    else onDone(new Error('the video plane is away'));
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Asks it to end and waits for it; one that does not listen is ended. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MAX_MS);
    this.send({ kind: 'stop' });
    await this.#exited;
    clearTimeout(timer);
  }
}
