import { dirname } from 'node:path';
import { argv, stderr, stdout } from 'node:process';
import { verifyEvidence, type Wrong } from './verification.ts';

/* `npm run verify-evidence -- JOURNAL`: exit 0, or 1 and each file that is not as the journal says. */
const WORDS: Readonly<Record<Wrong['why'], string>> = {
  missing: '缺失 / missing',
  changed: '内容与日志不符 / its bytes are not those of the journal',
  unknown: '日志中没有 / the journal does not know it',
};
const [journal] = argv.slice(2);
if (journal === undefined) {
  stderr.write('用法 / usage: npm run verify-evidence -- DATA_DIR/journal.sqlite\n');
  process.exitCode = 2;
} else {
  const { files, bytes, wrong } = await verifyEvidence(journal, dirname(journal));
  for (const { file, why } of wrong) stdout.write(`${file}: ${WORDS[why]}\n`);
  const mib = (bytes / 1024 ** 2).toFixed(1);
  stdout.write(
    `${files} 个证据文件，${mib} MiB / ${files} evidence files, ${mib} MiB: ${wrong.length} 处不符 / wrong\n`,
  );
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
