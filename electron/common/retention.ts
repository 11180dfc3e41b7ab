// What is kept of maps and thumbnails, and for how long. Rows, verdicts and photographs are never touched.
// Runs anywhere (pure TypeScript).
import { z } from 'zod';

export const RetentionRule = z
  .object({
    /** Files of runs whose newest file is older go; null = age does not matter. */
    days: z.number().int().min(1).max(36_500).nullable(),
    /** As long as there is more, the oldest run's files go; null = size does not matter. 1 GB = 10⁹ bytes. */
    gigabytes: z.number().min(0.001).max(1_000_000).nullable(),
    /** Only the maps go, which are most of it; the grid stays as it is. */
    keepThumbnails: z.boolean(),
    /** Copied there, and compared, before they go; null = deleted. */
    archive: z.string().min(1).max(4096).nullable(),
    /** Looked after once a day, while Loupe runs. */
    daily: z.boolean(),
  })
  .strict();
export type RetentionRule = z.infer<typeof RetentionRule>;

/** Nothing goes before somebody has said so. */
export const KEEP_ALL: RetentionRule = {
  ...{ days: null, gigabytes: null, keepThumbnails: true, archive: null, daily: false },
};

/** The files of one run that would go, or have gone. */
export interface RetentionItem {
  readonly runId: number;
  readonly product: string;
  readonly lot: string | null;
  /** UTC, ISO 8601: of its newest file. */
  readonly newest: string;
  readonly maps: number;
  readonly thumbnails: number;
  readonly bytes: number;
  readonly why: 'age' | 'size';
}

export interface RetentionPlan {
  readonly rule: RetentionRule;
  /** Oldest first. */
  readonly items: readonly RetentionItem[];
  readonly bytes: number;
  /** What would be left of maps and thumbnails. */
  readonly left: number;
}
