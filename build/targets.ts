// The systems that Loupe is packed for, and the native files that each of them needs: these travel, those of the others do not.
// Runs in Node, at packaging time.

export type TargetName = 'linux-x64' | 'win32-x64' | 'darwin-arm64';

export interface TargetSystem {
  readonly name: TargetName;
  readonly platform: 'linux' | 'win32' | 'darwin';
  readonly arch: 'x64' | 'arm64';
  /** Packages of the image library that travel; of all others with its prefix nothing does. */
  readonly imagePackages: readonly string[];
  /** Files below node_modules that must be there before anything is packed, and that must be outside the archive after it. */
  readonly natives: readonly string[];
}

const sharpVersion = '0.35.5';
const onnx = (system: string, ...names: string[]): string[] =>
  names.map((name) => `onnxruntime-node/bin/napi-v6/${system}/${name}`);

export const TARGETS: Readonly<Record<TargetName, TargetSystem>> = {
  'linux-x64': {
    name: 'linux-x64',
    platform: 'linux',
    arch: 'x64',
    // The native build brings a GLib of its own, which quarrels with the GTK of Electron on Linux.
    imagePackages: ['@img/sharp-wasm32', '@emnapi/runtime', 'tslib'],
    natives: [
      ...onnx('linux/x64', 'libonnxruntime.so.1', 'onnxruntime_binding.node'),
      'better-sqlite3/prebuilds/linux-x64.node',
      `@img/sharp-wasm32/lib/sharp-wasm32-${sharpVersion}.node.wasm`,
    ],
  },
  'win32-x64': {
    name: 'win32-x64',
    platform: 'win32',
    arch: 'x64',
    imagePackages: ['@img/sharp-win32-x64'],
    natives: [
      ...onnx('win32/x64', 'DirectML.dll', 'dxcompiler.dll', 'dxil.dll', 'onnxruntime.dll'),
      ...onnx('win32/x64', 'onnxruntime_binding.node'),
      'better-sqlite3/prebuilds/win32-x64.node',
      `@img/sharp-win32-x64/lib/sharp-win32-x64-${sharpVersion}.node`,
    ],
  },
  'darwin-arm64': {
    name: 'darwin-arm64',
    platform: 'darwin',
    arch: 'arm64',
    imagePackages: ['@img/sharp-darwin-arm64', '@img/sharp-libvips-darwin-arm64'],
    natives: [
      ...onnx('darwin/arm64', 'libonnxruntime.1.30.0.dylib', 'libonnxruntime.1.dylib'),
      ...onnx('darwin/arm64', 'onnxruntime_binding.node'),
      'better-sqlite3/prebuilds/darwin-arm64.node',
      `@img/sharp-darwin-arm64/lib/sharp-darwin-arm64-${sharpVersion}.node`,
    ],
  },
};

/** What the operating system loads or maps by itself, which it cannot do from inside the archive. */
export const NATIVE_FILE = /\.(node|dll|dylib|wasm|onnx|so(\.[0-9.]+)?)$/;
export const UNPACKED = ['**/*.node', '**/*.{dll,dylib,wasm,onnx}', '**/*.{so,so.*}'];
