/** What has to end when a part is over, the last started first; fits the `onTestFinished` of the starters in tests/parts. */
export class Finishing {
  readonly #ends: (() => Promise<void> | void)[] = [];

  readonly add = (end: () => Promise<void> | void): void => {
    this.#ends.push(end);
  };

  async finish(): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end();
  }
}
