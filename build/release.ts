// Makes the installers of a release for the system of this computer, and the list of their hashes: `node build/release.ts`.
// Runs in Node 24 on Windows, macOS or Linux with a network: electron-builder downloads Electron and its tools. The project's
// own machines have none, so this script has never been run there; build/config.ts, which it uses, is under test.
//
// Before it: a clean checkout, `npm ci` on the same system (so that its native packages are there) and `npm run build`.
// Signing: electron-builder takes the keys from CSC_LINK and CSC_KEY_PASSWORD (Windows, macOS) and, to notarise on macOS, from
// APPLE_API_KEY, APPLE_API_KEY_ID and APPLE_API_ISSUER. Without keys it says so, and the installers are unsigned.
// The list for offline updates is signed with LOUPE_RELEASE_KEY or LOUPE_RELEASE_KEY_FILE (build/release-list.ts).
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { MIGRATIONS } from '../electron/node/store/migrations/index.ts';
import { ownTarget, pack } from './pack.ts';
import { releaseKey, writeReleaseList } from './release-list.ts';
import { ROOT } from './shipped.ts';

const FORMATS = { linux: ['AppImage', 'deb'], win32: ['nsis'], darwin: ['dmg'] };
const INSTALLER = /\.(exe|AppImage|deb|dmg)$/;

const target = ownTarget();
const key = releaseKey(); // first: a wrong key is said before half an hour of packing
const output = join(ROOT, 'dist');
rmSync(output, { recursive: true, force: true });
if (!process.env.CSC_LINK) console.warn('CSC_LINK is not set: what comes out is not signed');
await pack({ target, formats: FORMATS[target.platform], output, electron: null });

const lines: string[] = [];
for (const name of readdirSync(output).filter((file) => INSTALLER.test(file))) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(join(output, name)), hash);
  lines.push(`${hash.digest('hex')}  ${name}\n`);
}
if (lines.length !== FORMATS[target.platform].length) throw new Error(`${lines.length} installers came out`);
writeFileSync(join(output, `SHA256SUMS-${target.name}`), lines.join(''));
console.log(`${output}:\n${lines.join('')}`);
if (key) {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  writeReleaseList(output, {
    ...{ version, privateKey: key, issuedAt: new Date() },
    schema: MIGRATIONS.length,
  });
  console.log('signed: loupe-release.json');
} else
  console.warn('no LOUPE_RELEASE_KEY: without a signed list no Loupe takes these installers as an update');
