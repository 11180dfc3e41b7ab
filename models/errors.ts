// The one catalogue of errors: every failure has a code, a text for operators, a text for engineers and a remedy.
// Runs anywhere (pure TypeScript, the lowest layer of the project).

/** `{name}` in a text is replaced by the parameter of that name. */
const CATALOGUE = {
  'image.missing': {
    operator: 'The photograph is no longer there: {path}',
    engineer: 'The file does not exist or vanished while it was read.',
    remedy: 'Put the file back, or start the run again without it.',
  },
  'image.unreadable': {
    operator: 'The photograph cannot be opened: {path}',
    engineer: 'The operating system refused to read the file ({reason}).',
    remedy: 'Check the permissions of the file and its folder.',
  },
  'image.empty': {
    operator: 'The file is empty: {path}',
    engineer: 'Zero bytes.',
    remedy: 'Copy the photograph again from the camera.',
  },
  'image.not_an_image': {
    operator: 'This file is not a photograph that Loupe can read: {path}',
    engineer: 'The first bytes are not those of JPEG, PNG, BMP, TIFF or WebP.',
    remedy: 'Save it as JPEG, PNG, BMP, TIFF or WebP.',
  },
  'image.corrupt': {
    operator: 'The photograph is damaged: {path}',
    engineer: 'The decoder refused the data ({reason}).',
    remedy: 'Copy the photograph again from the camera.',
  },
  'image.too_large': {
    operator: 'The photograph is too large: {path}',
    engineer: '{width} x {height} pixels or {bytes} bytes is over the limit of {limit}.',
    remedy: 'Save a smaller copy.',
  },
  'image.unsupported': {
    operator: 'This kind of photograph is not supported: {path}',
    engineer: '{reason}',
    remedy: 'Save it as a plain JPEG or PNG.',
  },
  'data.folder_missing': {
    operator: 'There is no such file or folder: {path}',
    engineer: 'The path does not exist or cannot be read.',
    remedy: 'Check the path.',
  },
  'data.no_images': {
    operator: 'No photographs were found in {path}',
    engineer: 'No file with the ending .jpg, .jpeg, .png, .bmp, .tif, .tiff or .webp.',
    remedy: 'Choose a folder that holds photographs.',
  },
  'data.layout': {
    operator: 'The folder is not laid out for an evaluation: {path}',
    engineer: '{reason}',
    remedy:
      'Use the layout of MVTec (<category>/test/good, <category>/test/<defect>, <category>/ground_truth/<defect>) or that of VisA (split_csv/1cls.csv).',
  },
  'data.invalid': {
    operator: 'The file cannot be used: {path}',
    engineer: '{reason}',
    remedy: 'Check the file.',
  },
  'download.failed': {
    operator: 'The file could not be downloaded: {url}',
    engineer: '{reason}',
    remedy:
      'Run the same command again: it goes on where it stopped. On a site without internet name a mirror.',
  },
  'download.wrong': {
    operator: 'The downloaded file is not the right one: {url}',
    engineer: 'Expected {expected}, found {actual}. It was deleted.',
    remedy: 'Check the mirror or the proxy in between, then run the command again.',
  },
  'pack.missing': {
    operator: 'There is no model pack "{pack}"',
    engineer: 'Neither a known pack id nor a folder with a pack.json.',
    remedy: 'Run "loupe model list" to see the packs, or give the folder of a pack.',
  },
  'pack.invalid': {
    operator: 'The model pack cannot be used: {pack}',
    engineer: 'pack.json: {reason}',
    remedy: 'Import the model again.',
  },
  'pack.hash_mismatch': {
    operator: 'The model pack is damaged or was changed: {file}',
    engineer: 'SHA-256 or size differs from pack.json (expected {expected}, found {actual}).',
    remedy: 'Install the pack again from its source.',
  },
  'weights.invalid': {
    operator: 'The weights file cannot be used: {file}',
    engineer: '{reason}',
    remedy: 'Get the file again from its source.',
  },
  'weights.mismatch': {
    operator: 'The weights do not fit the model that the pack describes',
    engineer: '{reason}',
    remedy: 'Import the model again with the right configuration.',
  },
  'head.invalid': {
    operator: 'The SDP+ head cannot be used: {file}',
    engineer: '{reason}',
    remedy: 'Train or import the head again for this pack.',
  },
  'text.empty': {
    operator: 'Type what the part is',
    engineer: 'The product words are empty after cleaning.',
    remedy: 'Type a word or two, for example "metal nut".',
  },
  'text.no_tokenizer': {
    operator: 'This model pack cannot read words',
    engineer: 'The pack has no tokenizer.',
    remedy: 'Give text features with --text-features, or use a pack with a tokenizer.',
  },
  'text.features_invalid': {
    operator: 'The text features cannot be used: {file}',
    engineer: '{reason}',
    remedy: 'Give a float32 .npy of shape [2, {dim}]: rows normal, abnormal.',
  },
  'device.unavailable': {
    operator: 'The device "{device}" is not available on this computer',
    engineer: '{reason}',
    remedy: 'Use --device auto or --device cpu.',
  },
  'precision.unsupported': {
    operator: 'The precision {precision} is not available on the device "{device}"',
    engineer: '{reason}',
    remedy: 'Use --precision fp32, which runs everywhere, or --precision int8 on the processor.',
  },
  'precision.loss': {
    operator: 'The model pack "{pack}" loses too much with 8-bit weights',
    engineer:
      'Against fp32 on the test photograph the map differs by {map} of its spread ({mapLimit} is allowed) and the image probability by {score0} ({score0Limit} is allowed).',
    remedy: 'Use --precision fp32 with this pack.',
  },
  'selftest.failed': {
    operator: 'The model pack "{pack}" gives wrong numbers on this device',
    engineer: '{reason}',
    remedy: 'Use --device cpu. If that fails too, import the model again.',
  },
  'session.failed': {
    operator: 'The model could not be started or failed while it ran',
    engineer: 'ONNX Runtime: {reason}',
    remedy: 'Try again; if it stays, verify the model pack.',
  },
  'output.failed': {
    operator: 'The result could not be written: {path}',
    engineer: '{reason}',
    remedy: 'Check free space and permissions of the folder.',
  },
  'history.locked': {
    operator: 'The history is in use by another Loupe',
    engineer: 'Another process holds the lock of {path}.',
    remedy: 'Close the other Loupe first.',
  },
  'history.newer': {
    operator: 'The history was written by a newer version of Loupe',
    engineer: 'Schema version {found}, this program knows {known}.',
    remedy: 'Install the newer version of Loupe.',
  },
  'history.older': {
    operator: 'The history was written by an older version of Loupe and has to be brought up to date first',
    engineer: 'Schema version {found}, this program needs {known}.',
    remedy: 'Start Loupe once: it makes a backup and converts the history.',
  },
  'history.missing': {
    operator: 'There is no history in {path}',
    engineer: 'No history/loupe.db below that folder.',
    remedy: 'Name the data folder with --data; the window shows it under "About".',
  },
  'history.tampered': {
    operator: 'The history was changed behind Loupe',
    engineer: '{reason}',
    remedy: 'Keep the file as it is, and compare it with the last backup.',
  },
  'history.damaged': {
    operator: 'The history is damaged',
    engineer: '{reason}',
    remedy: 'Keep the file as it is and restore the last backup.',
  },
  'history.write_failed': {
    operator: 'The history cannot be written; nothing more is accepted until it can',
    engineer: '{reason}',
    remedy: 'Free space on the disk or check its permissions.',
  },
  'history.not_found': {
    operator: 'This record is not in the history',
    engineer: '{what} does not exist.',
    remedy: 'Reload the run.',
  },
  'recipe.name_taken': {
    operator: 'There is already a recipe with the name "{name}"',
    engineer: 'Names tell recipes apart, also from a scanned code.',
    remedy: 'Choose another name, or save a new version of that recipe.',
  },
  'recipe.changed': {
    operator: 'The recipe was changed meanwhile',
    engineer: 'Recipe {recipe} is at version {found}, the change was based on version {basedOn}.',
    remedy: 'Look at the newest version and make the change again.',
  },
  'recipe.invalid': {
    operator: 'The recipe cannot be used',
    engineer: '{reason}',
    remedy: 'Export the recipe again where it comes from.',
  },
  'service.died': {
    operator: 'A part of Loupe stopped and was started again',
    engineer: 'The {service} service ended ({reason}).',
    remedy: 'The work in progress is repeated once; if it stays, restart Loupe.',
  },
  'run.cancelled': {
    operator: 'The run was stopped',
    engineer: 'Cancelled by the operator.',
    remedy: 'Resume the run to inspect the remaining photographs.',
  },
  'run.busy': {
    operator: 'Another run is still being inspected',
    engineer: 'One run at a time.',
    remedy: 'Wait for it, or stop it first.',
  },
  'run.incomplete': {
    operator: 'The run was stopped before all its photographs were listed',
    engineer: 'It has no model yet, so it never began.',
    remedy: 'Start a new run with the same photographs.',
  },
  'calibration.invalid': {
    operator: 'The calibration cannot be used: {file}',
    engineer: '{reason}',
    remedy: 'Calibrate again with "loupe calibrate" for these parts and this model.',
  },
  'calibration.too_few': {
    operator: 'There are too few photographs to calibrate with',
    engineer: '{reason}',
    remedy: 'Add photographs of flawless parts; thresholds are worth more the more there are.',
  },
  'train.category': {
    operator: 'The category "{category}" cannot be trained on',
    engineer: '{reason}',
    remedy: 'Add what is missing, or leave the category out.',
  },
  'train.mask': {
    operator: 'The mask does not fit its photograph: {path}',
    engineer: '{reason}',
    remedy: 'Draw the mask again at the size of the photograph; everything that is not black is the defect.',
  },
  'train.changed': {
    operator: 'The training data changed while Loupe worked with it: {path}',
    engineer: '{reason}',
    remedy: 'Leave the folders alone and start the training again.',
  },
  'train.cache': {
    operator: 'The features of the photographs do not fit into {path}',
    engineer: '{reason}',
    remedy:
      'Free space, choose another folder with --cache, raise --cache-limit, or train on fewer photographs.',
  },
  'train.checkpoint': {
    operator: 'The interrupted training cannot be continued: {path}',
    engineer: '{reason}',
    remedy:
      'Repeat the command that began it, or begin anew with --restart; in the window discard the training.',
  },
  'train.diverged': {
    operator: 'The training did not lead anywhere',
    engineer: '{reason}',
    remedy: 'Train with a smaller --lr.',
  },
  'train.cancelled': {
    operator: 'The training was stopped',
    engineer: 'Cancelled by the user; what was done so far is kept.',
    remedy: 'Start it again with the same settings to continue.',
  },
  'train.busy': {
    operator: 'There is a training already',
    engineer: 'One training at a time, and each is adopted or discarded before the next.',
    remedy: 'Wait for it, then adopt or discard it.',
  },
  usage: {
    operator: '{reason}',
    engineer: '{reason}',
    remedy: 'See "loupe --help".',
  },
  'ipc.refused': {
    operator: 'The request was refused',
    engineer: 'Channel {channel}: {reason}',
    remedy: 'Restart Loupe.',
  },
  internal: {
    operator: 'Something went wrong inside Loupe',
    engineer: '{reason}',
    remedy: 'Save a support report and tell the maintainers.',
  },
} as const satisfies Record<string, { operator: string; engineer: string; remedy: string }>;

export type ErrorCode = keyof typeof CATALOGUE;
export type ErrorParams = Readonly<Record<string, string | number>>;

/** An error as a plain value: what crosses process borders and is stored with a part. */
export interface ErrorValue {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
}

const fill = (text: string, params: ErrorParams): string =>
  text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole));

/** The three texts of an error, with its parameters filled in. */
export function describeError(error: ErrorValue): { operator: string; engineer: string; remedy: string } {
  const entry = CATALOGUE[error.code];
  return {
    operator: fill(entry.operator, error.params),
    engineer: fill(entry.engineer, error.params),
    remedy: fill(entry.remedy, error.params),
  };
}

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(CATALOGUE, code);

/** The only error class that Loupe throws on purpose. */
export class LoupeError extends Error {
  readonly code: ErrorCode;
  readonly params: ErrorParams;

  constructor(code: ErrorCode, params: ErrorParams = {}, options?: ErrorOptions) {
    const { operator, engineer } = describeError({ code, params });
    super(operator === engineer ? operator : `${operator} (${engineer})`, options);
    this.name = 'LoupeError';
    this.code = code;
    this.params = params;
  }

  toValue(): ErrorValue {
    return { code: this.code, params: this.params };
  }
}

/** Anything thrown → a typed error; what Loupe did not foresee becomes `internal`. */
export function toErrorValue(thrown: unknown): ErrorValue {
  if (thrown instanceof LoupeError) return thrown.toValue();
  return { code: 'internal', params: { reason: thrown instanceof Error ? thrown.message : String(thrown) } };
}
