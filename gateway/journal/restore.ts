import { argv, stderr, stdout } from 'node:process';
import { restoreJournal } from './copies.ts';
import { toldOf } from './told.ts';

/* `npm run restore-journal -- COPY FILE`: a checked copy put where a gateway opens it; exit 1 and the reason if not. */
const [copy, file] = argv.slice(2);
if (copy === undefined || file === undefined) {
  stderr.write('用法 / usage: npm run restore-journal -- COPY FILE\n');
  process.exitCode = 2;
} else {
  const made = await restoreJournal(copy, file);
  stdout.write(toldOf(file, made));
  process.exitCode = made.ok ? 0 : 1;
}
