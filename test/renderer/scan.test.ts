// The barcode scanner that acts as a keyboard: what is a scan, what was typed by hand, and what a code means.
// Runs in Node.
import { describe, expect, it } from 'vitest';
import {
  findParts,
  findRecipe,
  findScannedRecipe,
  ScanReader,
} from '../../renderer/src/features/scan/reader.ts';

const press = (key: string, timeStamp: number) => ({
  ...{ key, timeStamp, ctrlKey: false, altKey: false, metaKey: false },
});
/** Presses the keys `gap` milliseconds apart; answers what came of each. */
function type(reader: ScanReader, keys: readonly string[], gap: number, prefix = '$', from = 1000) {
  return keys.map((key, i) => reader.take(press(key, from + i * gap), prefix));
}

describe('a scan', () => {
  it('is the prefix, letters in quick succession, and Enter; no key of it reaches the page', () => {
    const taken = type(new ScanReader(), ['$', 'j', 'K', '-', '1', 'Enter'], 5);
    expect(taken.every((one) => one.taken)).toBe(true);
    expect(taken.at(-1)?.code).toBe('jK-1');
  });

  it('may end with Tab, and may hold Shift', () => {
    const taken = type(new ScanReader(), ['Shift', '$', 'Shift', 'R', '1', 'Tab'], 5);
    expect(taken.at(-1)?.code).toBe('R1');
    expect(taken[0]?.taken).toBe(false);
  });

  it('is none without its prefix, with another one, or where there is none', () => {
    expect(type(new ScanReader(), ['j', 'k', 'Enter'], 5).some((one) => one.taken)).toBe(false);
    expect(type(new ScanReader(), ['$', 'k', 'Enter'], 5, '#').some((one) => one.taken)).toBe(false);
    expect(type(new ScanReader(), ['$', 'k', 'Enter'], 5, '').some((one) => one.taken)).toBe(false);
  });

  it('gives back what was typed by hand: the next key is its own again', () => {
    const reader = new ScanReader();
    type(reader, ['$', 'a'], 5);
    expect(reader.take(press('j', 2000), '$')).toEqual({ taken: false, typed: '$a' });
    type(reader, ['$'], 5, '$', 3000);
    expect(reader.giveUp(3050, '$')).toBe('');
    expect(reader.giveUp(3500, '$')).toBe('$');
    expect(reader.giveUp(4000, '$')).toBe('');
  });

  it('starts anew with a prefix after one that led to nothing', () => {
    const reader = new ScanReader();
    type(reader, ['$'], 5);
    const taken = type(reader, ['$', 'x', 'Enter'], 5, '$', 5000);
    expect(taken[0]).toEqual({ taken: true, typed: '$' });
    expect(taken.at(-1)?.code).toBe('x');
  });

  it('never grows without end', () => {
    const taken = type(new ScanReader(), ['$', ...Array.from({ length: 500 }, () => 'x'), 'Enter'], 1);
    expect(taken.at(-1)?.code).toHaveLength(200);
  });
});

describe('a code', () => {
  const recipes = [
    { id: 1, name: 'Nuts' },
    { id: 12, name: 'Gears' },
    { id: 3, name: '12' },
  ];
  it('is a recipe by name in any case, then by number', () => {
    const id = (code: string) => findRecipe(recipes, code)?.id ?? null;
    expect(['nuts', ' GEARS ', '12', 'R12', '#1', '001', 'r0', 'Nut', ''].map(id)).toEqual([
      ...[1, 12, 3, 12, 1, 1, null, null, null],
    ]);
  });

  it('in a run is a recipe only when nothing else can be meant', () => {
    const id = (code: string) => findScannedRecipe(recipes, code)?.id ?? null;
    expect(['1', '12', 'R1', 'Gears'].map(id)).toEqual([null, 3, 1, 12]);
  });

  it('is a part by its whole file name, or all that hold it', () => {
    const parts = ['tray/SN-17.png', 'tray/SN-170.png', undefined, 'SN-2.png'].map((name) =>
      name === undefined ? undefined : { name },
    );
    expect(findParts(parts, 'sn-17')).toEqual([0]);
    expect(findParts(parts, 'SN-1')).toEqual([0, 1]);
    expect(findParts(parts, 'x')).toEqual([]);
  });
});
