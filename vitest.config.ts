// Unit and integration tests in Node; the end-to-end tests have their own runner (test/e2e).
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/**/*.test.ts'], exclude: ['test/e2e/**', 'node_modules/**'], testTimeout: 60_000, maxWorkers: 2 },
});
