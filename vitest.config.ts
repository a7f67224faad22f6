import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

/** Unit and property tests run side by side; what starts real processes runs with few workers, two cores being all we count on. */
export default defineConfig({
  plugins: [vue()],
  test: {
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
          maxWorkers: 2,
        },
      },
    ],
  },
});
