// `loupe model list`, `loupe model verify` and `loupe model seal`.
// Runs in Node (command line).
import { toErrorValue } from '../../models/errors.ts';
import { listPacks, locatePack, type PackListing } from '../../models/packs/locate.ts';
import { openPack } from '../../models/packs/open.ts';
import type { PrecisionLoss } from '../common/inference-service.ts';
import { deviceFor, LOSS_LIMIT } from '../node/engine/precision.ts';
import { sealPack } from '../node/engine/seal-pack.ts';
import { testPack, type SelfTestReport } from '../node/engine/self-test.ts';
import { testInt8 } from '../node/engine/test-int8.ts';
import { TextCache } from '../node/engine/text-cache.ts';
import { buildTextModel } from '../node/engine/text-features.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import type { ModelOptions } from './options.ts';
import { errorJson, errorLine, printable, table, type Output } from './output.ts';
import { packRoots } from './packs.ts';

/** Returns the exit code. */
export function model(options: ModelOptions, output: Output): Promise<number> {
  if (options.action === 'list') return list(output);
  return options.action === 'seal' ? seal(options, output) : verify(options, output);
}

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

/**
 * Checks every pack to the end: pack.json, sizes, hashes, the weights, and its numbers on the chosen device; then, where int8 is
 * asked for, what that loses against them.
 */
async function verify({ packs, engine }: ModelOptions, output: Output): Promise<number> {
  let exit: number = EXIT.ok;
  for (const name of packs) {
    try {
      const pack = await openPack(await locatePack(name, packRoots()));
      if (pack.manifest.tokenizer) buildTextModel(pack);
      const { device: asked = 'auto', precision = 'fp32', threads } = engine;
      const onnx = { device: deviceFor(precision, asked), ...(threads !== undefined && { threads }) };
      const selfTest = await testPack(pack, onnx);
      const loss = precision === 'int8' && (await testInt8(pack, onnx, new TextCache()));
      const { id, version, files } = pack.manifest;
      if (output.json) {
        const { folder, modelSha256 } = pack;
        const facts = { id, version, folder, modelSha256, files: files.length, bytes: sizeOf(files) };
        const int8 = loss && { precision, precisionLoss: loss };
        await output.record({ pack: { ...facts, selfTest, ...int8 } });
      }
      await output.text(
        `${id} ${version}: ${files.length} files are right, the weights fit (${pack.modelSha256})\n${selfTestLine(selfTest)}${loss ? `\n${lossLine(loss)}` : ''}`,
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

/** Whatever `verify` would find in the pack as it is now becomes what it asks for: for those who make packs, not for users of them. */
async function seal({ packs: [name = ''] }: ModelOptions, output: Output): Promise<number> {
  const folder = await locatePack(name, packRoots());
  const { manifest, modelSha256, selfTest } = await sealPack(folder);
  const { id, version, files } = manifest;
  if (output.json)
    await output.record({
      pack: { id, version, folder, modelSha256, files: files.length, bytes: sizeOf(files), selfTest },
    });
  await output.text(
    `${id} ${version} is sealed: ${printable(folder)} (${files.length} files, model ${modelSha256.slice(0, 12)})\n${selfTestLine(selfTest)}`,
  );
  return EXIT.ok;
}

const selfTestLine = ({ device, stored, difference, tolerance }: SelfTestReport): string =>
  `  self-test on ${device}: differs by ${difference.toExponential(1)} from the ${stored ? 'stored' : 'computed'} ` +
  `reference, ${tolerance} is allowed`;

const lossLine = ({ map, score0 }: PrecisionLoss): string =>
  `  int8 on cpu: the map differs from fp32 by ${map.toFixed(3)} of its spread, ${LOSS_LIMIT.map} is allowed, ` +
  `the image probability by ${score0.toFixed(3)}, ${LOSS_LIMIT.score0} is allowed`;
