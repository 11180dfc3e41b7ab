// What the diagnostics show, what a support bundle holds and what an update offers: values that main sends to the page.
// Runs anywhere (pure).
import { z } from 'zod';
import { ErrorRecord } from './domain.ts';

/** In the order in which they are run: from the ground up. */
export const CHECK_IDS = [
  'policy',
  'data',
  'disk',
  'database',
  'model',
  'services',
  'logs',
  'crashes',
] as const;
export const CheckId = z.enum(CHECK_IDS);
export type CheckId = z.infer<typeof CheckId>;

/** Names of single facts; each language has a word for them. */
const FACTS = [
  'program',
  'built',
  'node',
  'system',
  'computer',
  'memory',
  'dataFolder',
  'policyFile',
  'disabled',
  'idleLock',
  'device',
  'drawing',
  'started',
  'file',
  'size',
  'free',
  'schema',
  'sqlite',
  'pack',
  'files',
  'difference',
  'allowed',
  'running',
  'deaths',
  'count',
  'newest',
] as const;
const FactName = z.enum(FACTS);
export type FactName = z.infer<typeof FactName>;

export const Fact = z.object({
  name: FactName,
  value: z.union([z.string(), z.number()]),
  unit: z.enum(['bytes', 'time']).optional(),
});
export type Fact = z.infer<typeof Fact>;

export const Check = z.object({
  id: CheckId,
  state: z.enum(['ok', 'warning', 'failed']),
  /** Milliseconds that it took. */
  ms: z.number(),
  facts: z.array(Fact),
  error: ErrorRecord.nullable(),
});
export type Check = z.infer<typeof Check>;

export const Overview = z.object({ facts: z.array(Fact), checks: z.array(CheckId) });
export type Overview = z.infer<typeof Overview>;

export const BundlePlan = z.object({
  entries: z.array(z.object({ name: z.string(), bytes: z.number() })),
  bytes: z.number(),
});
export type BundlePlan = z.infer<typeof BundlePlan>;

/** A checked update: signed, whole, and for this computer. */
export const UpdateOffer = z.object({
  folder: z.string(),
  version: z.string(),
  present: z.string(),
  relation: z.enum(['newer', 'same', 'older']),
  file: z.string(),
  bytes: z.number(),
  sha256: z.string(),
  schema: z.number(),
  packs: z.array(z.object({ id: z.string(), version: z.string(), installed: z.boolean() })),
});
export type UpdateOffer = z.infer<typeof UpdateOffer>;

export const UpdateStarted = z.object({
  /** To be typed by an administrator, where a program may not install another. */
  command: z.string().nullable(),
  path: z.string(),
  backup: z.string().nullable(),
});
export type UpdateStarted = z.infer<typeof UpdateStarted>;
