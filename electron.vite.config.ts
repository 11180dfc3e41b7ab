// Builds the three worlds of the workstation: main with its services, the preload, the page. Output: out/.
// Runs in Node, at build time (`electron-vite build`).
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'electron-vite';
import { resolve } from 'node:path';

const here = (path: string): string => resolve(import.meta.dirname, path);

/** Loaded at run time from node_modules: they bring native code. Everything else is bundled. */
const NATIVE = ['better-sqlite3', 'onnxruntime-node', 'onnxruntime-common', 'sharp'];

export default defineConfig({
  main: {
    build: {
      target: 'node20.18', // the oldest runtime that it must start in: Electron 33 of the end-to-end tests
      externalizeDeps: false,
      rolldownOptions: {
        external: NATIVE,
        input: {
          main: here('electron/main/main.ts'),
          inference: here('electron/services/inference.ts'),
          'inference-worker': here('electron/services/inference-worker.ts'),
          history: here('electron/services/history.ts'),
          'history-worker': here('electron/services/history-worker.ts'),
          training: here('electron/services/training.ts'),
        },
        output: { format: 'es', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      target: 'node20.18',
      externalizeDeps: false,
      rolldownOptions: {
        input: here('electron/preload/preload.ts'),
        // A sandboxed preload is one CommonJS file.
        output: { format: 'cjs', entryFileNames: 'preload.cjs', codeSplitting: false },
      },
    },
  },
  renderer: {
    root: here('renderer'),
    plugins: [svelte({ configFile: false })],
    build: {
      target: 'chrome130',
      outDir: here('out/renderer'),
      minify: true,
      // The page's policy knows neither inline code nor `data:` addresses: every script, style and font stays a file.
      assetsInlineLimit: 0,
      rolldownOptions: { input: here('renderer/index.html') },
    },
  },
});
