// The options with which the workstation is started: `--data <folder>` and the like, among Chromium's own switches.
// Runs in the main process (Node).
import { resolve } from 'node:path';
import { LoupeError } from '../../../models/errors.ts';
import type { Device } from '../../common/inference-service.ts';
import { DEVICES } from '../../common/policy.ts';

export interface StartOptions {
  readonly data?: string;
  readonly device?: Device;
  /** Inspects the first bundled sample on the very first start. */
  readonly samples: boolean;
  /** Draws without the graphics card; `hardware` takes back that Loupe chose so after a crash. */
  readonly drawing?: 'software' | 'hardware';
}

/** Both `--data folder` and `--data=folder`. Chromium takes its switches from the same line, so the unknown are its business. */
function valueOf(args: readonly string[], name: string): string | undefined {
  for (const [i, arg] of args.entries()) {
    if (arg.startsWith(`--${name}=`)) return arg.slice(name.length + 3);
    if (arg !== `--${name}`) continue;
    const next = args[i + 1];
    if (next === undefined || next.startsWith('--')) throw usage(`--${name} needs a value.`);
    return next;
  }
  return undefined;
}

const usage = (reason: string): LoupeError => new LoupeError('usage', { reason });

/** Throws `usage`. */
export function startOptions(args: readonly string[]): StartOptions {
  const data = valueOf(args, 'data');
  const device = valueOf(args, 'device');
  const known = DEVICES.find((one) => one === device);
  if (data?.trim() === '') throw usage('--data is empty.');
  if (device !== undefined && known === undefined)
    throw usage(`--device must be one of ${DEVICES.join(', ')}; it is "${device}".`);
  const software = args.includes('--software-drawing');
  const hardware = args.includes('--hardware-drawing');
  return {
    samples: args.includes('--samples'),
    ...(data !== undefined && { data: resolve(data) }),
    ...(known !== undefined && { device: known }),
    ...((software || hardware) && { drawing: software ? 'software' : 'hardware' }),
  };
}
