import { cpus } from 'node:os';
import { cameras } from './cameras.ts';
import { Finishing } from './finishing.ts';
import { importCity } from './import.ts';
import { ingest } from './ingest.ts';
import { journalStart } from './journal-start.ts';
import { kill } from './kill.ts';
import { queries } from './queries.ts';
import { retention } from './retention.ts';
import { rules } from './rules.ts';
import { screen } from './screen.ts';
import { storm } from './storm.ts';
import { type Bench, tableText } from './table.ts';
import { video } from './video.ts';

const PARTS: Readonly<Record<string, Bench>> = {
  ingest,
  screen,
  video,
  kill,
  cameras,
  'journal-start': journalStart,
  queries,
  retention,
  storm,
  rules,
  import: importCity,
};

/** Takes minutes: only when it is named. */
const ONLY_NAMED = new Set(['import', 'kill', 'cameras', 'journal-start', 'queries', 'retention', 'storm', 'rules']);

/** The parts stand first; numbers and what follows are for them to read. */
const words = process.argv.slice(2);
const options = words.findIndex((word) => word.startsWith('--'));
const named = (options === -1 ? words : words.slice(0, options)).filter((word) => !/^\d+$/.test(word));
const unknown = named.filter((name) => PARTS[name] === undefined);
if (unknown.length > 0) {
  process.stderr.write(`没有 / there is no ${unknown.join(', ')}: ${Object.keys(PARTS).join(', ')}\n`);
  process.exit(2);
}

const cores = cpus();
process.stdout.write(`${cores.length} × ${cores[0]?.model ?? 'unknown'}, Node ${process.versions.node}\n`);
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

for (const [name, part] of Object.entries(PARTS)) {
  if (named.length > 0 ? !named.includes(name) : ONLY_NAMED.has(name)) continue;
  const finishing = new Finishing();
  const startedAt = Date.now();
  try {
    const stopped = new Promise<never>((_resolve, reject) =>
      stopping.signal.addEventListener('abort', () => reject(new Error('stopped'))),
    );
    const rows = await Promise.race([part(finishing), stopped]);
    process.stdout.write(`\n${name} (${Math.round((Date.now() - startedAt) / 1000)} s)\n${tableText(rows)}\n`);
  } catch (error) {
    process.stdout.write(`\n${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  } finally {
    await finishing.finish();
  }
  if (stopping.signal.aborted) break;
}
