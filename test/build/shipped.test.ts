// Whose work travels with the program, and that each is named with its licence in the notices and the bill of materials.
// Runs in the tests (Node).
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { billOfMaterials, noticesText } from '../../build/notices.ts';
import { BUNDLED, ROOT, leftAtHome, shippedPackages } from '../../build/shipped.ts';
import { TARGETS } from '../../build/targets.ts';

const linux = TARGETS['linux-x64'];
const names = shippedPackages(linux).map(({ name }) => name);

/** The packages that the sources of the product import. */
function imported(): string[] {
  const folders = [
    'electron/common',
    'electron/main',
    'electron/node',
    'electron/preload',
    'electron/services',
  ];
  const found = [...folders, 'models', 'renderer/src'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|svelte)$/.test(entry.name))
      .flatMap((entry) => {
        const text = readFileSync(join(entry.parentPath, entry.name), 'utf8');
        return [
          ...text.matchAll(/^\s*(?:import|export)\s+(?!type\b)(?:[^'";]*? from )?'([^'.][^']*)'/gm),
        ].map(([, name = '']) => name);
      }),
  );
  const packages = found.map((name) =>
    name
      .split('/')
      .slice(0, name.startsWith('@') ? 2 : 1)
      .join('/'),
  );
  return [...new Set(packages)].filter((name) => !name.startsWith('node:') && name !== 'electron').sort();
}

describe('what travels', () => {
  it('is every package that the product imports', () => {
    expect(imported().length).toBeGreaterThan(4);
    for (const name of imported()) expect(names).toContain(name);
    for (const name of BUNDLED) expect(names).toContain(name);
  });

  it('is nothing that only an installation or a compilation needs', () => {
    expect(names).not.toContain('adm-zip');
    expect(names).not.toContain('global-agent');
    expect(names).not.toContain('node-addon-api');
    expect(leftAtHome(linux)).toContain('node_modules/global-agent');
    expect(leftAtHome(linux)).toContain('node_modules/zod'); // its code is in the bundle
  });

  it('on Linux decodes with WebAssembly', () => {
    expect(names).toContain('@img/sharp-wasm32');
    expect(names.filter((name) => /^@img\/sharp-(linux|libvips)/.test(name))).toEqual([]);
  });
});

describe('the notices', () => {
  const text = noticesText(linux);
  it('name every package with its version and licence', () => {
    for (const { name, version, license } of shippedPackages(linux))
      expect(text).toContain(`\n${name} ${version} — ${license}\n`);
    expect(text).toContain('vips 8.'); // what is inside of the image library
  });
  it('carry the licence of every package that carries one', () => {
    for (const item of shippedPackages(linux)) {
      const [file] = readdirSync(join(ROOT, item.folder)).filter((name) => /^licen[cs]e/i.test(name));
      if (file) expect(text).toContain(readFileSync(join(ROOT, item.folder, file), 'utf8').trim());
    }
    expect(text.match(/carries no licence file/g) ?? []).toHaveLength(2); // ONNX Runtime's two packages say MIT only
  });
});

describe('the bill of materials', () => {
  interface Bill {
    readonly bomFormat: string;
    readonly components: readonly {
      readonly name: string;
      readonly version: string;
      readonly licenses: readonly { readonly expression: string }[];
      readonly hashes?: readonly { readonly content: string }[];
    }[];
  }
  const bill = billOfMaterials(linux, '1.2.3', '45.4.1') as Bill;
  it('lists Electron, the model and every package, each with version and licence', () => {
    expect(bill.bomFormat).toBe('CycloneDX');
    expect(bill.components.map(({ name }) => name)).toEqual(['electron', 'loupe-mini', ...names]);
    for (const { version, licenses } of bill.components) {
      expect(version).toMatch(/^\d+\.\d+\.\d+/);
      expect(licenses[0]?.expression).toMatch(/\w/);
    }
  });
  it('has the hash of every package, and is the same twice', () => {
    for (const { hashes } of bill.components.slice(2))
      expect(hashes?.[0]?.content).toMatch(/^[0-9a-f]{128}$/);
    expect(billOfMaterials(linux, '1.2.3', '45.4.1')).toEqual(bill);
  });
});

it('the model card of the bundled model says under which licence it is', () => {
  const card = readFileSync(join(ROOT, 'resources/packs/loupe-mini/MODEL_CARD.md'), 'utf8');
  expect(card).toMatch(/^.*(Licen[cs]e|CC0|Apache).*$/m);
});
