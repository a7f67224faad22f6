import { argv, env, stdout } from 'node:process';
import { faultText } from './fault.ts';
import { configFileOf, loadSettings } from './load.ts';
import { maskedText } from './masked.ts';

/* `npm run check-config -- FILE`: each fault on a line and exit 1, or what the settings will be and exit 0. */
const file = argv[2] ?? configFileOf(env);
const settings = loadSettings({ file, env });
if (settings.ok) {
  stdout.write(`${file}: 配置正确 / sound\n\n${maskedText(settings.value)}`);
} else {
  for (const fault of settings.error) stdout.write(`${faultText(fault)}\n`);
  stdout.write(`\n${file}: ${settings.error.length} 处有误 / ${settings.error.length} to put right\n`);
  process.exitCode = 1;
}
