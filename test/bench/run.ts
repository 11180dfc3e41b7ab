// Measures what users feel, in ratios against floors of the same run: a table, a JSON file, and what got slower.
// Runs in Node: `node test/bench/run.ts [part…] [--json <file>] [--compare <file>]`.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureColdStart } from './cold-start.ts';
import { measureDecoding } from './decoding.ts';
import { printedFigures, slower, table, type Figure } from './figures.ts';
import { measureInference } from './inference.ts';

/** Each in a process of its own, one after the other. */
const OWN: Readonly<Record<string, () => Promise<Figure[] | string>>> = {
  mini: () => measureInference('mini'),
  b16plus: () => measureInference('b16plus-240'),
  l14: () => measureInference('l14-336'),
  start: measureColdStart,
  decode: measureDecoding,
};
/** Programs beside this one that print "name, unit    figure" lines. */
const OTHERS = ['history', 'ui', 'train', 'evaluate'];

interface Report {
  readonly date: string;
  readonly machine: string;
  readonly load: number;
  readonly figures: readonly Figure[];
  readonly skipped: Readonly<Record<string, string>>;
}

const RESULT = 'loupe bench result: ';

function run(args: readonly string[]): Promise<{ code: number | null; text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (data: Buffer) => (text += data.toString()));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, text }));
  });
}

/** The figures of a part, or why there are none. A part that fails ends the run: half a table would look like a whole one. */
async function measure(part: string): Promise<Figure[] | string> {
  const own = part in OWN;
  const file = join(import.meta.dirname, own ? 'run.ts' : `${part}.ts`);
  if (!existsSync(file)) return `there is no ${part}.ts beside run.ts`;
  const { code, text } = await run(own ? [file, '--inside', part] : [file]);
  if (code !== 0) throw new Error(`${part} ended with ${code ?? 'a signal'}\n${text}`);
  if (!own) return printedFigures(text).map((one) => ({ ...one, name: `${part}: ${one.name}` }));
  const line = text.split('\n').find((one) => one.startsWith(RESULT));
  if (!line) throw new Error(`${part} answered nothing`);
  return JSON.parse(line.slice(RESULT.length)) as Figure[] | string;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, compare: { type: 'string' }, inside: { type: 'string' } },
});

if (values.inside !== undefined) {
  const found = await OWN[values.inside]?.();
  console.log(RESULT + JSON.stringify(found));
} else {
  const parts = positionals.length > 0 ? positionals : Object.keys(OWN);
  const unknown = parts.filter((part) => !(part in OWN) && !OTHERS.includes(part));
  if (unknown.length > 0)
    throw new Error(`no such part: ${unknown.join(', ')}; ${[...Object.keys(OWN), ...OTHERS].join(', ')}`);
  const before =
    values.compare === undefined ? null : (JSON.parse(readFileSync(values.compare, 'utf8')) as Report);
  const figures: Figure[] = [];
  const skipped: Record<string, string> = {};
  const load = loadavg()[0] ?? 0;
  const memory = `${(totalmem() / 1e9).toFixed(0)} GB`;
  const machine = `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}, ${memory}, ${process.platform}, Node ${process.versions.node}`;
  const report: Report = { date: new Date().toISOString(), machine, load, figures, skipped };
  for (const part of parts) {
    console.error(`measuring ${part} …`);
    const found = await measure(part);
    if (typeof found === 'string') skipped[part] = found;
    else figures.push(...found);
    // After each part: the large ones take minutes, and nobody wants to lose them with a later one.
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  }
  console.log(`${report.date}, ${machine}, load ${load.toFixed(1)} at the start\n\n${table(figures)}`);
  for (const [part, reason] of Object.entries(skipped))
    console.log(`\nSKIPPED, not measured: ${part}: ${reason}`);
  if (before) {
    const worse = slower(figures, before.figures);
    console.log(
      worse.length > 0 ? `\nSLOWER than ${before.date}:\n  ${worse.join('\n  ')}` : '\nnothing got slower',
    );
    if (worse.length > 0) process.exitCode = 1;
  }
}
