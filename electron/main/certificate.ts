// The certificate of a challenge as a file: asks where to, has the page written, prints it where a PDF is wanted.
// Runs in the main process (dialog and printer come in as arguments).
import type { ChannelArgs, ChannelResult } from '../common/contract.ts';
import type { HandlerOptions } from './handlers.ts';
import { asPdf } from './print-pdf.ts';

type Needed = Pick<HandlerOptions, 'history' | 'saveAs' | 'info' | 'dataFolder' | 'print'>;
type Asked = ChannelArgs<'challenge.certificate'> & { readonly author: string };

/** Throws `history.not_found`, `history.tampered`, `output.failed`. */
export async function certificate(
  { history, saveAs, info, dataFolder, print }: Needed,
  { resultId, format, author }: Asked,
): Promise<ChannelResult<'challenge.certificate'>> {
  const path = await saveAs(`Loupe certificate ${resultId}.${format}`, format);
  if (path === null) return null;
  const request = { resultId, author, program: `Loupe ${(await info()).version}` };
  if (format === 'html') {
    await history.request('challenge.certificate', { ...request, out: path });
    return { path };
  }
  const write = (out: string) => history.request('challenge.certificate', { ...request, out, record: false });
  const { parts, runId } = await asPdf(dataFolder, path, write, print);
  const told = { author, out: path, format, parts, runs: 1, runIds: [runId], certificate: resultId };
  await history.request('history.exported', told);
  return { path };
}
