import { argv, stderr, stdout } from 'node:process';
import { toldOf } from './told.ts';
import { verifyJournal } from './verification.ts';

/* `npm run verify-journal -- FILE`: exit 0 and the head's hash, or 1 and the first entry that is wrong. */
const [file] = argv.slice(2);
if (file === undefined) {
  stderr.write('用法 / usage: npm run verify-journal -- FILE\n');
  process.exitCode = 2;
} else {
  const checked = verifyJournal(file);
  stdout.write(toldOf(file, checked));
  process.exitCode = checked.ok ? 0 : 1;
}
