// Builds the page alone (for work on it and for its browser tests); the installed program is built by electron.vite.config.ts.
// Runs in Node, at build time.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [svelte({ configFile: false })],
  build: {
    outDir: '../.cache/page',
    emptyOutDir: true,
    target: 'chrome140',
    // The page's policy has no `data:` for fonts and no inline scripts: every asset stays a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
