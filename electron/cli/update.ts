// `loupe update check <folder>`: is what lies there signed, whole, for this computer, and able to read the history?
// Runs in Node (command line). Starts and writes nothing.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LoupeError } from '../../models/errors.ts';
import { usualDataFolder } from '../node/admin/usual-data-folder.ts';
import { layout } from '../node/store/files.ts';
import { numberPragma, openSqlite } from '../node/store/sqlite.ts';
import { checkUpdate, trustedKeys } from '../node/update/check-update.ts';
import { EXIT } from './exit-codes.ts';
import { COMMON, parse, path } from './options.ts';
import { printable, type Output } from './output.ts';

export interface UpdateOptions {
  readonly folder: string;
  readonly data: string;
  /** Folder with the key; another one than the program's own only for tests. */
  readonly resources: string;
  readonly version: string;
}

const RESOURCES = fileURLToPath(new URL('../../resources', import.meta.url));

/** Throws `usage`. */
export function updateOptions(args: readonly string[], version: string): UpdateOptions {
  const { values, positionals } = parse(args, { ...COMMON, data: { type: 'string' } });
  const [action, folder, ...more] = positionals;
  if (action !== 'check' || folder === undefined || more.length > 0)
    throw new LoupeError('usage', { reason: 'Use "loupe update check <folder>".' });
  return {
    folder: resolve(folder),
    data: values.data === undefined ? usualDataFolder() : resolve(path('data', values.data)),
    ...{ resources: process.env.LOUPE_RESOURCES ?? RESOURCES, version },
  };
}

/** Returns the exit code. */
export async function update(options: UpdateOptions, output: Output): Promise<number> {
  const { version } = options;
  const { platform, arch } = process;
  const schema = schemaOf(options.data);
  const present = { version, schema, platform, arch, appImage: false };
  const { list, file, relation } = await checkUpdate(options.folder, trustedKeys(options.resources), present);
  if (output.json) await output.record({ update: { present, relation, release: list, file } });
  const words = { newer: 'newer than', same: 'the same as', older: 'older than' }[relation];
  const packs = list.packs.map(({ id, version: packVersion }) => `\nmodel pack ${id} ${packVersion}`);
  await output.text(
    `Loupe ${list.version} is ${words} the present one (${version}), signed and whole, and reads the history\n` +
      `${printable(file.name)}  ${file.bytes} bytes\n${file.sha256}${packs.join('')}`,
  );
  return EXIT.ok;
}

/** Also of a history that is too new for this program. Null where there is none. */
function schemaOf(data: string): number | null {
  const { database } = layout(data);
  if (!existsSync(database)) return null;
  const db = openSqlite(database, { readonly: true, fileMustExist: true });
  try {
    return numberPragma(db, 'user_version');
  } finally {
    db.close();
  }
}
