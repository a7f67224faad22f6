import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { CONSOLE } from '../parts/console-build.ts';

const Manifest = z.record(z.string(), z.object({ file: z.string(), imports: z.array(z.string()).default([]) }));
const KB = 1024;

/** All scripts of a first view: the page's own, and those of the screen with what they import. */
function scriptsOf(manifest: z.infer<typeof Manifest>, ...entries: string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (name: string): void => {
    const chunk = manifest[name];
    if (chunk === undefined) throw new Error(`${name} is not in the build`);
    if (found.has(chunk.file)) return;
    found.add(chunk.file);
    for (const imported of chunk.imports) visit(imported);
  };
  for (const entry of entries) visit(entry);
  return found;
}

it('keeps first views small enough for a phone in the field, and every page within the policy', () => {
  const manifest = Manifest.parse(JSON.parse(readFileSync(join(CONSOLE, '.vite/manifest.json'), 'utf8')));
  const kbOf = (...entries: string[]): number => {
    const files = [...scriptsOf(manifest, 'index.html', ...entries)];
    return files.reduce((sum, file) => sum + gzipSync(readFileSync(join(CONSOLE, file)), { level: 9 }).length, 0) / KB;
  };
  const [phone, wall, desk] = [
    kbOf('src/patrol/PatrolListView.vue', 'src/patrol/PatrolAlarmView.vue'),
    kbOf('src/wall/WallScreenView.vue'),
    kbOf('src/alarms/AlarmDeskView.vue', 'src/shell/DeskFrame.vue'),
  ];
  process.stdout.write(`phone ${phone.toFixed(1)} KB, wall ${wall.toFixed(1)} KB, desk ${desk.toFixed(1)} KB\n`);
  expect(phone).toBeLessThan(110);
  expect(wall).toBeLessThan(180);
  expect(desk).toBeLessThan(350);

  // What `script-src 'self'; style-src 'self'` would refuse must not be in the page.
  const page = readFileSync(join(CONSOLE, 'index.html'), 'utf8');
  expect(page).not.toMatch(/<script(?![^>]*\bsrc=)/);
  expect(page).not.toMatch(/\bstyle=|<style|data:/);
});
