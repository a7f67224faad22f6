import { renameSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/*
 * The gateway, and what its memory is made of: at SIGUSR2 it collects what nobody holds any more and writes what is
 * left, in MiB, into the file `FENGSUI_BENCH_MEMORY`. The product has no such switch; it is made here, from outside.
 */
const file = process.env['FENGSUI_BENCH_MEMORY'];
if (file === undefined) throw new Error('FENGSUI_BENCH_MEMORY names no file');
setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');

process.on('SIGUSR2', () => {
  const reachedMib = process.memoryUsage.rss() / 2 ** 20;
  if (typeof collect === 'function') collect();
  const { rss, heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const kept = { rss, heapTotal, heapUsed, external, arrayBuffers };
  const keptMib = Object.fromEntries(Object.entries(kept).map(([name, bytes]) => [name, bytes / 2 ** 20]));
  writeFileSync(`${file}.new`, JSON.stringify({ reachedMib, keptMib }));
  renameSync(`${file}.new`, file); // whoever waits for it finds it whole
});

await import('../../gateway/main.ts');
