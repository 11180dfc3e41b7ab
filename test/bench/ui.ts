// The page under 100,000 results: frame times and the time from a key to the next part (test/renderer/bench.ts).
// Runs in Node: `node test/bench/ui.ts`. By address, because what runs in the browser is typed there and not here.
await import(new URL('../renderer/bench.ts', import.meta.url).href);
