// What a person types into a line: names, reasons, lots. No control characters, no blanks at the ends.
// Runs anywhere (pure TypeScript).
import { z } from 'zod';

export const line = (min: number, max: number) =>
  z
    .string()
    .trim()
    .min(min)
    .max(max)
    .refine((text) => !/\p{Cc}/u.test(text), 'must be one line without control characters');
