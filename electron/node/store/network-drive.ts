// Whether a folder lies on a network drive, where the locks and the log of the history cannot be relied on.
// Runs in Node (main process, command line). Heuristics, each a pure function; whoever is not sure says nothing.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Magic numbers of file systems that reach over a network (statfs(2), linux/magic.h). */
const LINUX_TYPES: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB2',
  0x5346414f: 'AFS',
  0x73757245: 'Coda',
  0x564c: 'NCP',
  0x00c36400: 'Ceph',
  0x0bd00bd0: 'Lustre',
  0x01161970: 'GFS2',
  0x7461636f: 'OCFS2',
  0x47504653: 'GPFS',
  0x19830326: 'BeeGFS',
};

/** Names of the same in mount tables of Linux and macOS; FUSE is a network only for these. */
const NETWORK_MOUNT =
  /^(nfs\d?|cifs|smb\d?|smbfs|afpfs|afs|ncpfs|coda|ceph|lustre|gfs2|ocfs2|gpfs|beegfs|glusterfs|webdav|davfs|9p|fuse\.(sshfs|rclone|glusterfs|davfs2?|s3fs|gvfsd-fuse|ceph|cifs|smbnetfs))$/;

/** `\\server\share`, also in the long form; not `\\?\C:\` and not `\\.\`. */
export function isUncPath(path: string): boolean {
  const plain = path.replaceAll('/', '\\');
  if (/^\\\\\?\\UNC\\/i.test(plain)) return true;
  return /^\\\\[^\\?.]/.test(plain) || /^\\\\\.[^\\]/.test(plain);
}

export const linuxType = (type: number): string | null => LINUX_TYPES[type >>> 0] ?? null;

interface Mount {
  readonly at: string;
  readonly type: string;
}

/** /proc/self/mountinfo: place is field 5, type the first field behind the lone hyphen; blanks are written as \040. */
export function parseMountInfo(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ', 2);
    const at = before.split(' ')[4];
    const type = after.split(' ')[0];
    if (!at || !type) return [];
    const octal = (_: string, digits: string): string => String.fromCharCode(parseInt(digits, 8));
    return [{ at: at.replaceAll(/\\(\d{3})/g, octal), type }];
  });
}

/** macOS, mount(8): "//ana@server/share on /Volumes/share (smbfs, nodev, nosuid)". */
export function parseMountList(text: string): Mount[] {
  return text.split('\n').flatMap((line) => {
    const match = / on (.+) \(([^,)]+)/.exec(line);
    return match?.[1] && match[2] ? [{ at: match[1], type: match[2].trim() }] : [];
  });
}

/** The type of the network file system that holds the folder; null when it is none. The last mount of a place counts. */
export function networkMount(folder: string, mounts: readonly Mount[]): string | null {
  const holds = ({ at }: Mount): boolean =>
    folder === at || folder.startsWith(at.endsWith('/') ? at : `${at}/`);
  const [first, ...others] = mounts.filter(holds);
  if (!first) return null;
  const { type } = others.reduce((best, mount) => (mount.at.length >= best.at.length ? mount : best), first);
  return NETWORK_MOUNT.test(type) ? type : null;
}

/** What kind of network drive the folder lies on, in a word for people; null when it seems to be local. */
export async function networkDriveOf(folder: string, platform = process.platform): Promise<string | null> {
  try {
    // Of a folder that is still to be made, the one that will hold it. On Windows the real path of a mapped drive
    // (Z:\loupe) is that of its share.
    let there = folder;
    while (!existsSync(there) && dirname(there) !== there) there = dirname(there);
    const real = realpathSync.native(there);
    if (platform === 'win32') return isUncPath(folder) || isUncPath(real) ? 'SMB' : null;
    if (platform === 'darwin') return networkMount(real, parseMountList(await run('/sbin/mount')));
    if (platform !== 'linux') return null;
    const { type } = await statfs(real);
    return (
      linuxType(type) ?? networkMount(real, parseMountInfo(readFileSync('/proc/self/mountinfo', 'utf8')))
    );
  } catch {
    return null; // a warning is all that hangs on it
  }
}

const run = (program: string): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(program, { timeout: 2000 }, (error, stdout) =>
      error ? reject(new Error(`${program} failed`, { cause: error })) : resolve(stdout),
    );
  });
