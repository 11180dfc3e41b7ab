// Tells zod, before any schema exists, not to compile code: the page's policy forbids it and would report the attempt.
// Runs in the page. Imported first by main.ts.
import { config } from 'zod';

config({ jitless: true });
