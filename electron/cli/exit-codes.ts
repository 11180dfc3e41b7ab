// The exit codes of the command line, and which error ends in which.
// Runs anywhere.
import type { ErrorCode } from '../../models/errors.ts';

export const EXIT = {
  ok: 0,
  internal: 1,
  usage: 2,
  someFailed: 3,
  model: 4,
  data: 5,
  interrupted: 130,
  /** As after SIGPIPE: the reader of standard output has gone (`| head`). */
  outputClosed: 141,
} as const;

const BY_CODE: Partial<Record<ErrorCode, number>> = {
  usage: EXIT.usage,
  'text.empty': EXIT.usage,
  'text.features_invalid': EXIT.data,
  'train.cancelled': EXIT.interrupted,
};

const BY_AREA: Readonly<Record<string, number>> = {
  pack: EXIT.model,
  weights: EXIT.model,
  head: EXIT.model,
  text: EXIT.model,
  device: EXIT.model,
  precision: EXIT.model,
  selftest: EXIT.model,
  session: EXIT.model,
  service: EXIT.model,
  data: EXIT.data,
  download: EXIT.data,
  image: EXIT.data,
  output: EXIT.data,
  history: EXIT.data,
  challenge: EXIT.data,
  train: EXIT.data,
  calibration: EXIT.data,
  recipe: EXIT.data,
  policy: EXIT.data,
  update: EXIT.data,
};

/** The exit code of an error that stops a whole command. */
export const exitCodeOf = (code: ErrorCode): number =>
  BY_CODE[code] ?? BY_AREA[code.split('.', 1)[0] ?? ''] ?? EXIT.internal;
