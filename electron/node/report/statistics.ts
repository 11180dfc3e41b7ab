// The statistics of a selection of runs, from the database.
// Runs in Node (command line, history service).
import type { Run } from '../../common/domain.ts';
import { summarise, type GroupBy, type Statistics } from '../../common/statistics.ts';
import type { Database } from '../store/sqlite.ts';
import { countCells, countPairs } from './cells.ts';
import { countBlindPairs, countJudges } from './people-cells.ts';

export const statistics = (db: Database, runs: readonly Run[], by: GroupBy): Statistics =>
  summarise(
    countCells(db, runs),
    { pairs: countPairs(db, runs), blind: countBlindPairs(db, runs), judges: countJudges(db, runs) },
    by,
  );
