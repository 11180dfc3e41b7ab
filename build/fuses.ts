// The switches inside the Electron binary: what the installed program cannot be talked into, whatever its command line says.
// Runs in Node, at packaging time and in the tests.
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import type { Configuration } from 'electron-builder';

type ElectronFuses = NonNullable<Configuration['electronFuses']>;

/** In the words of electron-builder, which flips them after packing and before signing. */
export const FUSES = {
  runAsNode: false,
  enableCookieEncryption: true,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  // Electron looks at this on Windows and macOS only.
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  loadBrowserProcessSpecificV8Snapshot: false,
  grantFileProtocolExtraPrivileges: false,
} as const satisfies ElectronFuses;

const NAMES: Readonly<Record<keyof typeof FUSES, FuseV1Options>> = {
  runAsNode: FuseV1Options.RunAsNode,
  enableCookieEncryption: FuseV1Options.EnableCookieEncryption,
  enableNodeOptionsEnvironmentVariable: FuseV1Options.EnableNodeOptionsEnvironmentVariable,
  enableNodeCliInspectArguments: FuseV1Options.EnableNodeCliInspectArguments,
  enableEmbeddedAsarIntegrityValidation: FuseV1Options.EnableEmbeddedAsarIntegrityValidation,
  onlyLoadAppFromAsar: FuseV1Options.OnlyLoadAppFromAsar,
  loadBrowserProcessSpecificV8Snapshot: FuseV1Options.LoadBrowserProcessSpecificV8Snapshot,
  grantFileProtocolExtraPrivileges: FuseV1Options.GrantFileProtocolExtraPrivileges,
};

/** The fuses of a packed binary as they are; null for one that its Electron does not have. */
export async function readFuses(executable: string): Promise<Record<keyof typeof FUSES, boolean | null>> {
  const wire = await getCurrentFuseWire(executable);
  const read = (option: FuseV1Options): boolean | null => {
    const state = wire[option];
    if (state === FuseState.ENABLE) return true;
    return state === FuseState.DISABLE ? false : null;
  };
  return Object.fromEntries(Object.entries(NAMES).map(([name, option]) => [name, read(option)])) as Record<
    keyof typeof FUSES,
    boolean | null
  >;
}
