import { SignalIntake } from '../../gateway/desk/intake.ts';

/*
 * The gateway as it must not be: it answers for signals before they are stored, which comes a moment later, as on a
 * slow disk. `kill` shows by it that the run would notice. The product has no such switch; it is made here, from
 * outside, before the gateway's own program starts.
 */
const LATER_MS = 50;
const store = SignalIntake.prototype.accept;
SignalIntake.prototype.accept = function acceptAtOnce(reports) {
  const later = (): Promise<unknown> =>
    store.call(this, reports).catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
  setTimeout(later, LATER_MS);
  return Promise.resolve();
};

await import('../../gateway/main.ts');
