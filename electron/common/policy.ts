// What an IT department may decide for a workstation: the policy file, which Loupe only ever reads.
// Runs anywhere (pure); docs/policy.schema.json is made from it.
import { z } from 'zod';

/** Parts of the program that can be switched off. */
const FEATURES = ['training', 'recipes', 'import', 'export', 'updates', 'support-bundle'] as const;
export const Feature = z.enum(FEATURES);
export type Feature = z.infer<typeof Feature>;

export const DEVICES = ['auto', 'cpu', 'dml', 'cuda', 'webgpu', 'coreml'] as const;

/** A folder with its whole path. `{user}` stands for the account's name: one folder each on a PC with several accounts. */
const Folder = z
  .string()
  .min(1)
  .max(1000)
  .regex(/^(\/|[A-Za-z]:[\\/]|\\\\)/, 'a whole path is needed, from the root or the drive');

/** Strict: a misspelt rule must not pass for one that is in force. */
export const Policy = z
  .strictObject({
    $schema: z.string().optional(),
    schema: z.literal(1).describe('Version of this format'),
    dataFolder: Folder.describe(
      'Where history, maps and logs are kept; {user} = name of the account. On a local drive.',
    ).optional(),
    device: z.enum(DEVICES).describe('What photographs are inspected on').optional(),
    idleLockMinutes: z
      .number()
      .int()
      .min(1)
      .max(240)
      .describe('Minutes without a key or the mouse after which the workstation locks itself')
      .optional(),
    updateFolder: Folder.describe('Where new installers are looked for').optional(),
    disabled: z.array(Feature).max(FEATURES.length).describe('Parts of the program that are off').optional(),
  })
  .describe('Rules of an IT department for Loupe');
export type Policy = z.infer<typeof Policy>;

/** What the page has to know of it. */
export const PolicyInForce = z.object({
  /** The file; null when there is none. */
  file: z.string().nullable(),
  idleLockMinutes: z.number().nullable(),
  disabled: z.array(Feature),
});
export type PolicyInForce = z.infer<typeof PolicyInForce>;
