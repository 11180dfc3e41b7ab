// Where the policy of the IT department lies, and how it is read: whole and right, or Loupe does not start.
// Runs in the main process and on the command line (Node).
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { posix, win32 } from 'node:path';
import { LoupeError } from '../../../models/errors.ts';
import { Policy, type PolicyInForce } from '../../common/policy.ts';

const LARGEST = 100_000;

type Env = Readonly<Record<string, string | undefined>>;

/** A place that only administrators can write to. */
export function policyPath(platform: NodeJS.Platform = process.platform, env: Env = process.env): string {
  if (platform === 'win32') return win32.join(env.ProgramData ?? 'C:\\ProgramData', 'Loupe', 'policy.json');
  if (platform === 'darwin') return '/Library/Application Support/Loupe/policy.json';
  return posix.join('/etc/loupe', 'policy.json');
}

/** Null when there is no file. Throws `policy.invalid` for any other than a right one: a rule that is not read is broken. */
export function readPolicy(path: string, user: () => string = accountName): Policy | null {
  const refuse = (reason: string): never => {
    throw new LoupeError('policy.invalid', { path, reason });
  };
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
    // ENOTDIR: what should be the folder is a file, so there is no policy either.
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    return refuse(thrown instanceof Error ? thrown.message : String(thrown));
  }
  if (text.length > LARGEST) return refuse('it is larger than 100 kB');
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, '')); // Windows' editors put a mark in front
  } catch (thrown) {
    return refuse(`it is no JSON (${thrown instanceof Error ? thrown.message : String(thrown)})`);
  }
  const parsed = Policy.safeParse(value);
  if (!parsed.success) return refuse(parsed.error.issues.map(issueText).join('; '));
  const { dataFolder, ...rest } = parsed.data;
  if (dataFolder === undefined) return rest;
  return { ...rest, dataFolder: dataFolder.replaceAll('{user}', () => folderName(user())) };
}

const issueText = ({ path, message }: { path: PropertyKey[]; message: string }): string =>
  path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`;

function accountName(): string {
  try {
    return userInfo().username || 'unknown';
  } catch {
    return 'unknown'; // an account without a name, as in some containers
  }
}

/** "CORP\eva" and the like as one folder. */
const folderName = (name: string): string =>
  name.replaceAll(/[\\/:*?"<>|\p{Cc}]/gu, '_').replace(/^\.+$/, '_');

export const inForce = (policy: Policy | null, file: string): PolicyInForce => ({
  file: policy === null ? null : file,
  idleLockMinutes: policy?.idleLockMinutes ?? null,
  disabled: policy?.disabled ?? [],
});
