/** Progress for people: Chinese first, English second, on standard error, so that a task's own output stays whole. */
export function say(/** @type {string} */ zh, /** @type {string} */ en) {
  process.stderr.write(`烽燧 · ${zh} / ${en}\n`);
}

/** What cannot be put right here; its message is one sentence that says what to do. */
export class CannotSetUp extends Error {
  constructor(/** @type {string} */ zh, /** @type {string} */ en) {
    super(`${zh} / ${en}`);
    this.name = 'CannotSetUp';
  }
}
