import { join } from 'node:path';
import Sqlite from 'better-sqlite3';

/** How often each numbered signal stands in a journal, read from its file while the gateway lives and dies. */
export class SignalCount {
  readonly #file: Sqlite.Database;
  readonly #newer: Sqlite.Statement<[number], { seq: number; signal: string }>;
  readonly #times: Uint8Array;
  #last = 0;
  present = 0;
  doubled = 0;

  constructor(dataDir: string, signals: number) {
    this.#file = new Sqlite(join(dataDir, 'journal.sqlite'), { readonly: true });
    this.#newer = this.#file.prepare(
      "SELECT seq, json_extract(body, '$.signal') AS signal FROM entries WHERE seq > ? AND kind IN ('raised', 'repeated')",
    );
    this.#times = new Uint8Array(signals);
  }

  /** Reads what has come since the last look. */
  look(): void {
    for (const { seq, signal } of this.#newer.iterate(this.#last)) {
      this.#last = seq;
      const number = Number(/:e(\d+)$/.exec(signal)?.[1] ?? Number.NaN);
      const times = this.#times[number];
      if (times === undefined) continue; // what the gateway says of itself
      this.#times[number] = Math.min(times + 1, 255);
      if (times === 0) this.present += 1;
      else this.doubled += 1;
    }
  }

  close(): void {
    this.#file.close();
  }
}
