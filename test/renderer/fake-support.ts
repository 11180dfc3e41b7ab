// Made-up diagnostics, bundle and update for the fake bridge: one check fails, the stick holds a newer version.
// Runs in the browser, pasted in front of fake-bridge.ts.
import type { Check, CheckId, Fact, Overview } from '../../electron/common/support.ts';

export function supportAnswers(settings: { chosen: string[] }): Record<string, (args: never) => unknown> {
  const facts: Fact[] = [
    { name: 'program', value: 'Loupe 0.1.0' },
    { name: 'built', value: 'Electron 45.4.1, Chromium 156' },
    { name: 'node', value: '24.21.0' },
    { name: 'system', value: 'Linux 6.18 x64' },
    { name: 'computer', value: 'AMD EPYC × 2' },
    { name: 'memory', value: '17.4 / 25.3 GB' },
    { name: 'drawing', value: 'enabled' },
    { name: 'dataFolder', value: '/home/ana/.local/share/Loupe' },
    { name: 'policyFile', value: '/etc/loupe/policy.json (-)' },
    { name: 'started', value: '2026-11-23T07:31:00.000Z', unit: 'time' },
  ];
  const checks: CheckId[] = ['policy', 'data', 'disk', 'database', 'model', 'services', 'logs', 'crashes'];
  const overview: Overview = { facts, checks };
  const found: Record<CheckId, Omit<Check, 'id' | 'ms'>> = {
    policy: { state: 'ok', facts: [], error: null },
    data: {
      state: 'ok',
      facts: [{ name: 'dataFolder', value: '/home/ana/.local/share/Loupe' }],
      error: null,
    },
    disk: { state: 'warning', facts: [{ name: 'free', value: 1_400_000_000, unit: 'bytes' }], error: null },
    database: {
      state: 'ok',
      facts: [
        { name: 'file', value: '/home/ana/.local/share/Loupe/history/loupe.db' },
        { name: 'size', value: 23_000_000, unit: 'bytes' },
        { name: 'schema', value: 7 },
        { name: 'sqlite', value: '3.53.2' },
      ],
      error: null,
    },
    model: {
      state: 'failed',
      facts: [],
      error: { code: 'selftest.failed', params: { pack: 'loupe-mini', reason: 'differs by 0.2 on webgpu' } },
    },
    services: { state: 'ok', facts: [{ name: 'running', value: 'inference, history' }], error: null },
    logs: { state: 'ok', facts: [{ name: 'size', value: 312_000, unit: 'bytes' }], error: null },
    crashes: { state: 'ok', facts: [{ name: 'count', value: 0 }], error: null },
  };
  let installed = false;
  const offer = () => ({
    ...{ folder: '/media/stick', version: '0.2.0', present: '0.1.0', relation: 'newer', schema: 8 },
    ...{ file: 'loupe-workstation_0.2.0_amd64.deb', bytes: 193_000_000, sha256: 'a'.repeat(64) },
    packs: [{ id: 'loupe-large', version: '1.0.0', installed }],
  });
  return {
    'support.overview': () => overview,
    'support.check': ({ id }: { id: CheckId }) => ({ id, ms: 12, ...found[id] }),
    'support.report': ({ to }: { to: string }) => ({ path: to === 'file' ? '/home/ana/report.txt' : null }),
    'support.bundle': () => ({
      entries: [
        { name: 'CONTENTS.txt', bytes: 512 },
        { name: 'diagnostics.txt', bytes: 2100 },
        { name: 'logs/loupe.jsonl', bytes: 1_312_000 },
        { name: 'workstation.json', bytes: 60 },
        { name: 'crash-dumps.json', bytes: 3 },
        { name: 'database.json', bytes: 210 },
      ],
      bytes: 1_314_885,
    }),
    'support.saveBundle': () => ({ path: '/home/ana/Loupe support.zip' }),
    'update.check': () => (settings.chosen.length === 0 ? null : offer()),
    'update.start': () => ({
      command: "sudo dpkg -i '/home/ana/.local/share/Loupe/updates/loupe-workstation_0.2.0_amd64.deb'",
      path: '/home/ana/.local/share/Loupe/updates/loupe-workstation_0.2.0_amd64.deb',
      backup: '/home/ana/.local/share/Loupe/history/backups/loupe-1284.db',
    }),
    'update.pack': () => {
      installed = true;
      return offer();
    },
  };
}
