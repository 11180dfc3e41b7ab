// The `loupe` command: picks the command, prints a failure as one line, and ends with the code that the contract promises.
// Runs in Node 24 (electron/cli/bin.js sees to that).
import { readFileSync } from 'node:fs';
import { LoupeError, toErrorValue } from '../../models/errors.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { HELP } from './help.ts';
import { evaluateOptions, inspectOptions, modelOptions, wantsHelp, wantsVerbose } from './options.ts';
import { errorLine, Output } from './output.ts';
import { Stop } from './stop.ts';

const version = (): string => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
};

/** Returns the exit code. Each command's code is loaded only when it is called: --help must not wait for the model. */
async function run(args: readonly string[], output: Output): Promise<number> {
  const [command, ...rest] = args;
  if (command === undefined) {
    process.stderr.write(`${HELP['']}\n`);
    return EXIT.usage;
  }
  if (command === '--version') return print(output, version());
  if (command === '--help' || command === '-h' || command === 'help')
    return print(output, HELP[rest[0] ?? ''] ?? HELP['']);
  const help = HELP[command];
  if (help !== undefined && wantsHelp(rest)) return print(output, help);
  switch (command) {
    case 'inspect': {
      const options = inspectOptions(rest);
      return (await import('./inspect.ts')).inspect(options, output, new Stop());
    }
    case 'evaluate': {
      const options = evaluateOptions(rest);
      return (await import('./evaluate.ts')).evaluate(options, output, new Stop());
    }
    case 'model': {
      if (rest[0] === 'import') {
        const { importModel, importOptions } = await import('./import.ts');
        return importModel(importOptions(rest.slice(1)), output, new Stop());
      }
      if (rest[0] === 'fetch') {
        const { fetchModel, fetchOptions } = await import('./fetch.ts');
        return fetchModel(fetchOptions(rest.slice(1)), output, new Stop());
      }
      const options = modelOptions(rest);
      return (await import('./model.ts')).model(options, output);
    }
    case 'calibrate': {
      const { calibrate, calibrateOptions } = await import('./calibrate.ts');
      return calibrate(calibrateOptions(rest), output, new Stop());
    }
    case 'train-head': {
      const { trainOptions } = await import('./train-options.ts');
      const options = trainOptions(rest);
      return (await import('./train-head.ts')).trainHead(options, output, new Stop());
    }
    case 'bench': {
      const { bench, benchOptions } = await import('./bench.ts');
      return bench(benchOptions(rest), output, new Stop());
    }
    case 'device': {
      const { device, deviceOptions } = await import('./device.ts');
      return device(deviceOptions(rest), output);
    }
    case 'history': {
      const { historyOptions } = await import('./history-options.ts');
      const options = historyOptions(rest);
      return (await import('./history.ts')).history(options, output);
    }
    case 'doctor': {
      const { doctorOptions, runDoctor } = await import('./doctor.ts');
      return runDoctor(doctorOptions(rest, version()), output);
    }
    case 'update': {
      const { update, updateOptions } = await import('./update.ts');
      return update(updateOptions(rest, version()), output);
    }
    default:
      throw new LoupeError('usage', { reason: `There is no command "${command}".` });
  }
}

async function print(output: Output, text = ''): Promise<number> {
  await output.text(text);
  return EXIT.ok;
}

/** What nobody could read was not done: a reader that has gone is told by the code alone, a full disk aloud. */
function ended(code: number): number {
  if (output.lost !== null && code !== EXIT.interrupted) throw output.lost;
  return output.closed && code === EXIT.ok ? EXIT.outputClosed : code;
}

const args = process.argv.slice(2);
const output = new Output(args.includes('--json'));
try {
  process.exitCode = ended(await run(args, output));
} catch (thrown) {
  const error = toErrorValue(thrown);
  process.exitCode = exitCodeOf(error.code);
  output.problem(errorLine(error));
  if (wantsVerbose(args)) console.error(thrown);
}
