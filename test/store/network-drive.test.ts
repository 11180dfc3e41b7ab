// Network drives are recognised on each system, and local disks are not taken for one.
// Runs in the tests (Node).
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  isUncPath,
  linuxType,
  networkDriveOf,
  networkMount,
  parseMountInfo,
  parseMountList,
} from '../../electron/node/store/network-drive.ts';
import { dataFolder } from './support.ts';

describe('Windows', () => {
  it.each([
    ['\\\\server\\share\\loupe', true],
    ['//server/share', true],
    ['\\\\?\\UNC\\server\\share\\x', true],
    ['\\\\192.168.0.7\\c$', true],
    ['\\\\?\\C:\\Users\\ana', false],
    ['\\\\.\\COM1', false],
    ['C:\\Users\\ana', false],
    ['Z:\\', false],
    ['', false],
  ])('%s: %s', (path, network) => {
    expect(isUncPath(path)).toBe(network);
  });
});

describe('Linux', () => {
  const table = `22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
61 22 0:44 / /mnt/plant rw,relatime - cifs //server/plant rw
62 61 8:17 / /mnt/plant/stick rw - vfat /dev/sdb1 rw
63 22 0:46 / /home/ana/far\\040away rw - fuse.sshfs ana@far: rw
64 22 0:47 / /home/ana/doc rw - fuse.portal portal rw
65 22 0:48 / /srv rw - nfs4 server:/srv rw
66 22 8:2 / /srv rw - ext4 /dev/sda2 rw
a broken line`;
  const mounts = parseMountInfo(table);

  it.each([
    ['/var/lib/loupe', null],
    ['/mnt/plant', 'cifs'],
    ['/mnt/plant/data/loupe', 'cifs'],
    ['/mnt/plantation', null],
    ['/mnt/plant/stick/loupe', null],
    ['/home/ana/far away/loupe', 'fuse.sshfs'],
    ['/home/ana/doc/x', null],
    ['/srv/loupe', null], // a local disk was mounted over it
  ])('%s: %s', (folder, type) => {
    expect(networkMount(folder, mounts)).toBe(type);
  });

  it('knows the numbers of statfs, also those that are negative as signed ones', () => {
    expect(linuxType(0x6969)).toBe('NFS');
    expect(linuxType(0xff534d42)).toBe('CIFS');
    expect(linuxType(0xff534d42 | 0)).toBe('CIFS');
    expect(linuxType(0xef53)).toBeNull();
  });
});

describe('macOS', () => {
  const mounts = parseMountList(`/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
//ana@server/plant on /Volumes/plant (smbfs, nodev, nosuid, mounted by ana)
server:/srv on /Volumes/far away (nfs)
/dev/disk4s1 on /Volumes/stick (msdos, local)`);

  it.each([
    ['/Users/ana/Library', null],
    ['/Volumes/plant/loupe', 'smbfs'],
    ['/Volumes/far away/loupe', 'nfs'],
    ['/Volumes/stick', null],
  ])('%s: %s', (folder, type) => {
    expect(networkMount(folder, mounts)).toBe(type);
  });
});

it('a folder of this computer is none, also one that is still to be made', async () => {
  const folder = dataFolder();
  expect(await networkDriveOf(folder)).toBeNull();
  expect(await networkDriveOf(join(folder, 'not', 'yet'))).toBeNull();
  expect(await networkDriveOf('\\\\server\\share', 'win32')).toBe('SMB');
});
