// `loupe model list` and `loupe model verify`.
// Runs in Node (command line).
import { toErrorValue } from '../../models/errors.ts';
import { listPacks, locatePack, type PackListing } from '../../models/packs/locate.ts';
import { openPack, type OpenedPack } from '../../models/packs/open.ts';
import { buildInspectModel } from '../node/engine/network.ts';
import { resolveSettings } from '../node/engine/settings.ts';
import { buildTextModel } from '../node/engine/text-features.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import type { ModelOptions } from './options.ts';
import { errorJson, errorLine, printable, table, type Output } from './output.ts';
import { packRoots } from './packs.ts';

/** Returns the exit code. */
export const model = (options: ModelOptions, output: Output): Promise<number> =>
  options.action === 'list' ? list(output) : verify(options.packs, output);

async function list(output: Output): Promise<number> {
  const packs = await listPacks(packRoots());
  if (output.json) for (const pack of packs) await output.record({ pack: listingJson(pack) });
  else await output.text(packs.length > 0 ? table(packs.map(listingRow), [0, 1, 2, 3, 5]) : noPacks());
  return EXIT.ok;
}

const noPacks = (): string => `There are no model packs in ${packRoots().map(printable).join(', ')}`;

const sizeOf = (files: readonly { readonly bytes: number }[]): number =>
  files.reduce((total, { bytes }) => total + bytes, 0);

function listingJson(pack: PackListing) {
  const { id, folder } = pack;
  if ('error' in pack) return { id, folder, error: errorJson(pack.error) };
  const { version, title, licence, method, architecture, files } = pack.manifest;
  return {
    id,
    version,
    title,
    licence,
    method,
    imageSize: architecture.vision.imageSize,
    bytes: sizeOf(files),
    folder,
  };
}

function listingRow(pack: PackListing): string[] {
  const folder = printable(pack.folder);
  if ('error' in pack) return [pack.id, '', errorLine(pack.error), '', '', folder];
  const { version, title, licence, files } = pack.manifest;
  return [
    pack.id,
    version,
    printable(title),
    printable(licence),
    `${(sizeOf(files) / 1e6).toFixed(1)} MB`,
    folder,
  ];
}

/** Checks every pack to the end: pack.json, sizes, hashes, and that the weights fit the model that it describes. */
async function verify(names: readonly string[], output: Output): Promise<number> {
  let exit: number = EXIT.ok;
  for (const name of names) {
    try {
      const pack = await openPack(await locatePack(name, packRoots()));
      await buildModels(pack);
      const { id, version, files } = pack.manifest;
      if (output.json) {
        const { folder, modelSha256 } = pack;
        await output.record({
          pack: { id, version, folder, modelSha256, files: files.length, bytes: sizeOf(files) },
        });
      }
      await output.text(
        `${id} ${version}: ${files.length} files are right, the weights fit (${pack.modelSha256})`,
      );
    } catch (thrown) {
      const error = toErrorValue(thrown);
      exit = exitCodeOf(error.code);
      if (output.json) await output.record({ pack: { id: name, error: errorJson(error) } });
      output.problem(errorLine(error));
    }
  }
  return exit;
}

async function buildModels(pack: OpenedPack): Promise<void> {
  const settings = await resolveSettings(pack, { packFolder: pack.folder, product: '' });
  buildInspectModel(pack, settings);
  if (pack.manifest.tokenizer) buildTextModel(pack);
}
