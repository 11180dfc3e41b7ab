// Unit and integration tests in Node; the end-to-end tests have their own runner (test/e2e).
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The page's state is written with runes (*.svelte.ts) and tested without a browser.
  plugins: [svelte({ configFile: false })],
  // Without a window the server build would be taken, in which nothing reacts.
  resolve: { conditions: ['browser'] },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/e2e/**', 'node_modules/**'],
    testTimeout: 60_000,
    maxWorkers: 2,
  },
});
