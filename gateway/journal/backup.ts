import { argv, stderr, stdout } from 'node:process';
import { backUpJournal } from './copies.ts';
import { toldOf } from './told.ts';

/* `npm run backup-journal -- FILE TARGET`: a checked copy of a journal, also while a gateway writes it; exit 1 and the reason if not. */
const [file, target] = argv.slice(2);
if (file === undefined || target === undefined) {
  stderr.write('用法 / usage: npm run backup-journal -- FILE TARGET\n');
  process.exitCode = 2;
} else {
  const made = await backUpJournal(file, target);
  stdout.write(toldOf(target, made));
  process.exitCode = made.ok ? 0 : 1;
}
