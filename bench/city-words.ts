import { parseArgs } from 'node:util';

/** The city that the command line asks for: `storm 7 --devices 50000 --signals 1000000 --incidents 200`. */
export function cityWords(): Readonly<{ seed: number; scale: number; signals: number; incidents: number }> {
  const { values, positionals } = parseArgs({
    args: process.argv.slice(2),
    strict: false,
    allowPositionals: true,
    options: {
      seed: { type: 'string' },
      devices: { type: 'string', default: '50000' },
      signals: { type: 'string', default: '1000000' },
      incidents: { type: 'string', default: '200' },
    },
  });
  return {
    seed: Number(values['seed'] ?? positionals.find((word) => /^\d+$/.test(word)) ?? 1),
    scale: Number(values['devices']),
    signals: Number(values['signals']),
    incidents: Number(values['incidents']),
  };
}
