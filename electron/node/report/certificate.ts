// The certificate of a challenge: what was inspected, by what, what was expected and what was said; one page that prints.
// Runs in Node (worker of the history service, command line). Reads only.
import type { ChallengeOutcome, ChallengeReport, Told } from '../../common/challenge.ts';
import { LoupeError } from '../../../models/errors.ts';
import { chainCode } from '../store/chain.ts';
import { damaged } from '../store/failure.ts';
import type { HistoryReader } from '../store/reader.ts';
import { fromColumns } from '../store/sessions.ts';
import { verifyChain } from '../store/verify.ts';
import { htmlTable, markup } from './markup.ts';
import { pageStyle } from './page-style.ts';
import { plain } from './rows.ts';
import { writePieces } from './write.ts';

export interface CertificateRequest {
  readonly resultId: number;
  readonly out: string;
  readonly author: string;
  readonly program: string;
}

export interface Certified {
  readonly parts: number;
  readonly runId: number;
  readonly code: string;
}

/** In clear words, as they stand on paper. */
export const TOLD: Readonly<Record<Told, string>> = {
  right: 'right',
  wrong: 'wrong',
  changed: 'the photograph was changed',
  missing: 'the photograph is missing',
  failed: 'it could not be inspected',
};

/** Throws `history.not_found`, `history.tampered` when the chain does not hold, `output.failed`. */
export function certify(reader: HistoryReader, request: CertificateRequest): Promise<Certified> {
  return reader.snapshot(async () => {
    const report = reader.challenges.report(request.resultId);
    const { fault, end } = verifyChain(reader.db);
    if (fault) throw new LoupeError('history.tampered', { reason: `${fault.row}: ${fault.text}` });
    const code = chainCode(end);
    const facts = factsOf(reader, report, end.head);
    await writePieces(request.out, [certificatePage(report, facts, request, code)]);
    return { parts: report.outcomes.length, runId: report.result.runId, code };
  });
}

/** What stands beside the result: the session that computed it, the link that tells of it, the end of the chain. */
type Facts = readonly (readonly [string, string])[];

function factsOf(
  { tables, challenges, recipes }: HistoryReader,
  report: ChallengeReport,
  head: string,
): Facts {
  const { set, result } = report;
  const row = challenges.resultRow(result.id);
  const session = tables.sessions.find(row.session_id);
  if (!session) throw damaged(`The session of challenge result ${result.id} is gone.`);
  const by = fromColumns(session);
  const recipe = recipes.get({ recipeId: result.recipe.id, version: result.recipe.version });
  const told = tables.audit
    .select("WHERE subject = ? AND action IN ('challenge.passed', 'challenge.failed') ORDER BY link")
    .all(`challenge ${set.id}`)
    .map((sealed) => tables.audit.verify(sealed))
    .find(({ detail }) => (JSON.parse(detail) as { row?: number }).row === result.id);
  if (!told) throw damaged(`The chain does not tell of challenge result ${result.id}.`);
  return [
    ['Challenge', `${set.id}: ${set.name}, ${set.ok} OK and ${set.ng} NG`],
    ['Made by', `${set.author}, ${set.createdAt}`],
    ['Inspected', `${result.at}, run ${result.runId}, started by ${result.author}`],
    ['Recipe', `${result.recipe.name}, version ${result.recipe.version}, by ${recipe.author}`],
    ['SHA-256 of the recipe', recipe.sha256],
    ['Words', by.product],
    ['Thresholds', `review from ${result.thresholds.review}, reject from ${result.thresholds.reject}`],
    ['A part that is to be reviewed', set.reviewCounts ? 'counts as right' : 'counts as wrong'],
    ['Model pack', `${by.packTitle} (${by.packId}) ${by.packVersion}, method ${by.method}`],
    ['SHA-256 of the model', by.modelSha256],
    ...(by.headSha256 ? ([['SHA-256 of the trained head', by.headSha256]] as const) : []),
    ['Device', [by.device, by.precision].filter(Boolean).join(', ')],
    ['Program', `Loupe ${result.program}${versionsOf(by.versions)}`],
    ['Told in the chain', `link ${told.link}, SHA-256 ${told.hash}`],
    ['End of the chain', head],
  ];
}

const versionsOf = (versions: Readonly<Record<string, string>> = {}): string =>
  Object.entries(versions)
    .map(([name, version]) => `, ${name} ${version}`)
    .join('');

function certificatePage(
  { set, result, outcomes }: ChallengeReport,
  facts: Facts,
  { author, program }: CertificateRequest,
  code: string,
): string {
  const word = result.passed ? 'PASSED' : 'FAILED';
  const title = `Certificate of the challenge “${set.name}”`;
  const head = [
    '',
    'Photograph',
    'Expected',
    'Machine',
    'Score',
    'Outcome',
    'SHA-256 kept, and found where another',
  ];
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${markup(title)}</title>
<style>${pageStyle(code, 'portrait')}
  .word { font-size: 1.6em; font-weight: 700; border: 3px solid; display: inline-block; padding: 2px 14px; }
  td.long { font: 8pt ui-monospace, monospace; }
</style>
<h1>${markup(title)}</h1>
<p class="word">${word}</p>
<p>${result.right} of ${result.size} known parts were told right.</p>
<p>Made ${new Date().toISOString()} (UTC) by ${markup(author)} with ${markup(program)}. All times are UTC.</p>
<p>Chain code <span class="code">${code}</span><br>
<span class="small">Checked before this certificate was made. "loupe history verify --code ${code}" tells whether a history still has this past.</span></p>
<section><h2>What was inspected, and by what</h2>
${htmlTable(['', ''], facts)}</section>
<section><h2>Known parts</h2>
${htmlTable(head, outcomes.map(outcomeRow))}</section>
<section class="sign"><div>Inspected by, date</div><div>Reviewed by, date</div><div>Released by, date</div></section>
</html>
`;
}

const outcomeRow = (one: ChallengeOutcome): string[] => [
  ...[
    String(one.place + 1),
    one.name,
    one.expected.toUpperCase(),
    one.band,
    plain(one.score),
    TOLD[one.told],
  ],
  one.found === null || one.found === one.sha256 ? one.sha256 : `${one.sha256} ${one.found}`,
];
