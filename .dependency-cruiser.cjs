// Layer rules: who may import whom. models/ is the lowest layer; the page sees only contracts; Electron stays in main and preload.
/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'models-stand-alone',
      comment: 'models/ is CLIP-AD itself: usable from a script, no Electron, no native module.',
      severity: 'error',
      from: { path: '^models/' },
      to: {
        path: '^(electron|renderer|test)/|node_modules/(electron|onnxruntime-node|better-sqlite3|@napi-rs|sharp)/',
      },
    },
    {
      name: 'models-pure-outside-readers',
      comment: 'Only models/packs, which reads and writes model packs, touches the file system.',
      severity: 'error',
      from: { path: '^models/', pathNot: '^models/packs/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'common-is-pure',
      comment: 'electron/common runs in the page too.',
      severity: 'error',
      from: { path: '^electron/common/' },
      to: { pathNot: '^(electron/common|models)/|node_modules/zod/' },
    },
    {
      name: 'page-sees-contracts-only',
      severity: 'error',
      from: { path: '^renderer/src/' },
      to: {
        path: '^electron/(?!common/)|^models/(?!errors\\.ts|clip-ad/tile-grid\\.ts)',
        dependencyTypesNot: ['core'],
      },
    },
    {
      name: 'page-has-no-node',
      severity: 'error',
      from: { path: '^renderer/src/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'electron-only-in-main-and-preload',
      severity: 'error',
      from: { pathNot: '^electron/(main|preload)/|^test/' },
      to: { path: 'node_modules/electron/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'services-do-not-know-main',
      severity: 'error',
      from: { path: '^electron/(services|node)/' },
      to: { path: '^electron/(main|preload|cli)/' },
    },
    {
      name: 'no-tests-in-the-product',
      severity: 'error',
      from: { path: '^(electron|models|renderer)/', pathNot: '^electron/cli/start\\.ts$' },
      to: { path: '^test/' },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^electron$|^svelte/internal' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(out|dist|\\.cache)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      extensions: ['.ts', '.js', '.svelte', '.mjs', '.cjs'],
      conditionNames: ['import', 'require', 'node', 'default', 'svelte', 'types'],
    },
  },
};
