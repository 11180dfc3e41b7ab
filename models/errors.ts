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
  'image.unfinished': {
    operator: 'The photograph was never written to its end: {path}',
    engineer: 'Its size or time was still changing after {seconds} s.',
    remedy: 'Look at what writes into the watched folder, then copy the photograph there again.',
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
  'area.part_not_found': {
    operator: 'The part was not found in the photograph: {path}',
    engineer: 'The inspection area follows the part, and cannot: {reason}.',
    remedy:
      'Look at the photograph and judge it by hand. If it happens often: draw the area on a typical photograph, allow any angle, or let the area stay.',
  },
  'scan.unknown': {
    operator: 'Nothing here is called "{code}"',
    engineer:
      'The code is neither the name nor the number of a recipe, nor in the name of a part of the open run.',
    remedy: 'Scan it again, or type the name. What was chosen stays chosen.',
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
  'device.failed': {
    operator: 'The device "{from}" failed; inspection goes on with "{to}"',
    engineer: 'Twice at the same photograph, or when it was opened: {reason}',
    remedy:
      'Nothing was lost. Update the graphics driver, then let Loupe try again with "loupe device reset".',
  },
  'device.install_failed': {
    operator: 'The libraries could not be installed: {path}',
    engineer: '{reason}',
    remedy: 'Check the folder and your rights to write beside the program, then run the command again.',
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
  'output.disk_full': {
    operator: 'The disk is full: {path}',
    engineer: '{reason}',
    remedy: 'Free space on that disk, then go on.',
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
  'history.disk_full': {
    operator: 'The disk with the data folder is full; everything that was kept until now is safe',
    engineer: '{reason}',
    remedy: 'Free space on that disk, then go on.',
  },
  'history.read_only': {
    operator: 'The data folder cannot be written: {path}',
    engineer: '{reason}',
    remedy: 'Allow this account to write there, or give Loupe another data folder (LOUPE_DATA).',
  },
  'history.images_changed': {
    operator: '{changed} photographs are not the ones that were inspected',
    engineer: 'Of {checked} files {changed} have another SHA-256 than the history noted: {first}',
    remedy: 'Find out who replaced them; their results are those of the photographs before.',
  },
  'history.needs_inference': {
    operator: 'This run cannot be judged anew from what was kept',
    engineer: '{reason}',
    remedy: 'Inspect its photographs again with that recipe; the new run can be compared with this one.',
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
  'people.locked': {
    operator: 'Somebody has to sign in first',
    engineer: 'People are set up at this workstation, and nobody is on.',
    remedy: 'Sign in with your name and PIN.',
  },
  'people.not_allowed': {
    operator: '{name} may not do this',
    engineer: 'It takes the role {needs}; {name} has the role {role}.',
    remedy: 'Ask somebody with that role to sign in.',
  },
  'people.not_you': {
    operator: 'This cannot be done under the name of {claimed}',
    engineer: '{name} is on.',
    remedy: 'Sign in as the person who does it.',
  },
  'people.not_active': {
    operator: '{name} cannot sign in here any more',
    engineer: 'The person was taken off the list.',
    remedy: 'A manager can put the name back on the list.',
  },
  'people.wrong_pin': {
    operator: 'This is not the PIN of {name}',
    engineer: 'The wrong PIN is noted in the history.',
    remedy: 'Try again. A manager can set a new PIN.',
  },
  'people.wait': {
    operator: 'Too many wrong PINs for {name}: wait {seconds} s',
    engineer: 'Each further wrong PIN doubles the wait, up to a quarter of an hour.',
    remedy: 'Wait, or ask a manager for a new PIN.',
  },
  'people.pin_weak': {
    operator: 'This PIN is too easy to guess',
    engineer: 'Between {least} and {most} digits, not all the same and not in a row.',
    remedy: 'Choose {least} to {most} digits, not like 1111 or 1234.',
  },
  'people.name_taken': {
    operator: 'The name "{name}" is taken',
    engineer: 'Names of people are authors in the history: nobody gets one that somebody had.',
    remedy: 'Add a surname or a number.',
  },
  'people.last_manager': {
    operator: 'Somebody has to stay manager',
    engineer: 'Without a manager nobody could change people any more.',
    remedy: 'Make another person manager first.',
  },
  'second.nothing': {
    operator: 'Nothing to look at a second time: no part of this run was judged',
    engineer: 'The sample is drawn among parts with a verdict.',
    remedy: 'Judge some parts first.',
  },
  'second.open': {
    operator: 'A second review of this run is still open',
    engineer: 'One at a time.',
    remedy: 'Go on with it, or end it.',
  },
  'second.ended': {
    operator: 'This second review has ended',
    engineer: 'Its result was shown: verdicts after that would not be blind.',
    remedy: 'Draw a new sample.',
  },
  'second.blind': {
    operator: 'The result is shown when the second review has ended',
    engineer: 'Until then nobody is told the first verdicts.',
    remedy: 'Judge the rest, or end it.',
  },
  'challenge.nothing': {
    operator: 'There is no known part to begin a challenge with',
    engineer: 'No part of the run was judged OK or NG, or the folder holds no photographs.',
    remedy: 'Judge parts OK and NG first, or choose a folder with "good" and folders of defects.',
  },
  'challenge.too_many': {
    operator: 'These are too many parts for a challenge: {found}',
    engineer: 'A challenge has at most {most} parts: each is inspected each time.',
    remedy: 'Choose the parts that matter.',
  },
  'challenge.photograph': {
    operator: 'This photograph cannot be kept as a known part: {path}',
    engineer: '{reason}',
    remedy: 'Put the photograph back, or leave the part out.',
  },
  'challenge.ended': {
    operator: 'This challenge is not in use any more',
    engineer: 'It was given up; its results stay in the history.',
    remedy: 'Take it into use again, or run another one.',
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
  'data.not_writable': {
    operator: 'Loupe cannot keep anything in its data folder: {path}',
    engineer: '{reason}',
    remedy:
      'Check the permissions and the free space of the folder, or start Loupe with --data and another one.',
  },
  'policy.invalid': {
    operator: 'The rules of your IT department cannot be read: {path}',
    engineer: '{reason}',
    remedy: 'Tell your IT department: Loupe does not start without the rules (docs/guides/it.md).',
  },
  'policy.forbidden': {
    operator: 'Your IT department has switched this off',
    engineer: '"{feature}" is among "disabled" in {path}.',
    remedy: 'Ask your IT department if you need it.',
  },
  'update.no_key': {
    operator: 'This Loupe cannot check updates',
    engineer: 'resources/update-key.pem is not there or is no Ed25519 public key: {reason}',
    remedy: 'Install the new version by hand, or ask where this program comes from.',
  },
  'update.none': {
    operator: 'There is no update in {folder}',
    engineer: 'It holds no loupe-release.json.',
    remedy: 'Choose the folder that holds the installer and loupe-release.json.',
  },
  'update.signature': {
    operator: 'The update is not from the makers of this Loupe: {folder}',
    engineer: 'The signature of loupe-release.json does not fit: {reason}',
    remedy: 'Do not install it. Get it again from its source.',
  },
  'update.invalid': {
    operator: 'The list of the update cannot be used: {folder}',
    engineer: 'loupe-release.json: {reason}',
    remedy: 'Get the update again from its source.',
  },
  'update.wrong_file': {
    operator: 'The installer is damaged or was changed: {file}',
    engineer: 'Expected {expected}, found {actual}.',
    remedy: 'Do not install it. Copy it again from its source.',
  },
  'update.other_system': {
    operator: 'The update has no installer for this computer',
    engineer: 'Nothing for {system} in loupe-release.json.',
    remedy: 'Get the installer for this system.',
  },
  'update.downgrade': {
    operator: 'This older version of Loupe cannot read the history any more',
    engineer: 'Version {version} knows schema {knows}, the history has {schema}.',
    remedy:
      'Keep the present version, or restore a backup of that time after installing the older one by hand.',
  },
  'update.not_started': {
    operator: 'The installer could not be started: {path}',
    engineer: '{reason}',
    remedy: 'Start it by hand; it was checked.',
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
