import { defineConfig } from '@playwright/test';

/** The real window against the lab. `npm test` builds first and gives it a display. */
export default defineConfig({
  testDir: '.',
  outputDir: '../../artifacts/e2e/failures',
  workers: 1,
  timeout: 240_000,
  expect: { timeout: 20_000 },
  forbidOnly: true,
});
