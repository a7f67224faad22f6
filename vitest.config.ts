import { join } from 'node:path';
import vue from '@vitejs/plugin-vue';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const parts = join(import.meta.dirname, 'tests/parts');
/** In a run of `npm test`, what is said is kept for the search that follows it (setup/nothing-secret.mjs). */
const isTelling = process.env['FENGSUI_TOLD_DIR'] !== undefined;
const telling: Plugin = {
  name: 'loggers-that-tell',
  enforce: 'pre',
  resolveId: (source, importer) => {
    const own = join(parts, 'telling-pino.ts');
    return source === 'pino' && importer !== own ? own : undefined;
  },
};

/**
 * Unit and property tests run side by side; what starts real processes runs with few workers, two cores being all we count
 * on, and may be tried a second time, which `npm test` names (decision 0071).
 */
export default defineConfig({
  plugins: [vue(), ...(isTelling ? [telling] : [])],
  test: {
    ...(isTelling ? { setupFiles: [join(parts, 'telling-setup.ts')] } : {}),
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['tests/{unit,property,simulation}/**/*.test.ts'], testTimeout: 20_000 },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['tests/{integration,browser}/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          retry: 1,
          maxWorkers: 2,
          globalSetup: join(parts, 'console-build.ts'),
        },
      },
    ],
  },
});
