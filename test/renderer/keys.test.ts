// The key table: what a key does where, and what a focused element keeps for itself.
// Runs in Node.
import { describe, expect, it } from 'vitest';
import {
  bindingsWith,
  commandOf,
  conflictsOf,
  elementKeeps,
  keyName,
  KEYS,
  mayBeBound,
  type KeyPress,
  type Place,
} from '../../renderer/src/lib/keys.ts';
import { texts } from '../../renderer/src/lib/texts.ts';

const press = (key: string, change: Partial<KeyPress> = {}): KeyPress => ({
  key,
  shiftKey: false,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  ...change,
});

describe('commandOf', () => {
  it('judges with the same keys at every depth, with and without Shift or Caps Lock', () => {
    for (const place of ['grid', 'part'] as Place[]) {
      expect(commandOf(press('j'), place)).toBe('mark-ok');
      expect(commandOf(press('K', { shiftKey: true }), place)).toBe('mark-ng');
      expect(commandOf(press('U'), place)).toBe('undo');
      expect(commandOf(press('Escape'), place)).toBe('up');
    }
  });

  it('understands signs that need Shift on some keyboards', () => {
    expect(commandOf(press('?', { shiftKey: true }), 'grid')).toBe('help');
    expect(commandOf(press('+', { shiftKey: true }), 'part')).toBe('zoom-in');
    expect(commandOf(press('/', { shiftKey: true }), 'grid')).toBe('search');
  });

  it('moves between parts with arrows and inside one with Shift', () => {
    expect(commandOf(press('ArrowRight'), 'part')).toBe('next');
    expect(commandOf(press('ArrowRight', { shiftKey: true }), 'part')).toBe('pan-right');
    expect(commandOf(press('ArrowRight'), 'grid')).toBeNull();
  });

  it('leaves keys with Ctrl, Alt and Command to the menu', () => {
    for (const held of ['ctrlKey', 'altKey', 'metaKey'] as const) {
      expect(commandOf(press('o', { [held]: true }), 'grid')).toBeNull();
    }
  });
});

describe('KEYS', () => {
  it('gives every key one meaning at each depth', () => {
    for (const place of ['grid', 'part'] as Place[]) {
      const keys = KEYS.filter((binding) => binding.places.includes(place)).flatMap(
        (binding) => binding.keys,
      );
      expect(new Set(keys).size).toBe(keys.length);
    }
  });

  it('has a line for the help sheet for every command', () => {
    for (const { command } of KEYS) expect(texts.keys.names[command]).not.toBe('');
  });
});

describe('changed keys', () => {
  it('replace the ones that the command came with, at every depth', () => {
    const bindings = bindingsWith({ 'mark-ok': ['a'], unheard: ['x'] });
    expect(commandOf(press('a'), 'grid', bindings)).toBe('mark-ok');
    expect(commandOf(press('j'), 'part', bindings)).toBeNull();
    expect(commandOf(press('k'), 'part', bindings)).toBe('mark-ng');
  });

  it('are told when they clash at one depth, and not when they never meet', () => {
    expect(conflictsOf(KEYS)).toEqual([]);
    expect(conflictsOf(bindingsWith({ 'mark-ok': ['k'] }))).toEqual([
      { key: 'k', commands: ['mark-ok', 'mark-ng'] },
    ]);
    // `/` finds in the grid; a part has no such command.
    expect(conflictsOf(bindingsWith({ blink: ['/'] }))).toEqual([]);
  });

  it('never take what moves about, nor a key with Ctrl', () => {
    expect(mayBeBound('ArrowLeft')).toBe(false);
    expect(mayBeBound('Shift+ArrowLeft')).toBe(false);
    expect(mayBeBound('F5')).toBe(true);
    expect(keyName(press('a', { ctrlKey: true }))).toBeNull();
    expect(keyName(press('Shift', { shiftKey: true }))).toBeNull();
    expect(keyName(press('F2', { shiftKey: true }))).toBe('Shift+F2');
  });
});

describe('elementKeeps', () => {
  it('lets nothing but Escape out of a text field', () => {
    expect(elementKeeps('text', 'j')).toBe(true);
    expect(elementKeeps('text', 'Escape')).toBe(false);
  });

  it('lets judging keys pass a slider, but not the arrows', () => {
    expect(elementKeeps('slider', 'j')).toBe(false);
    expect(elementKeeps('slider', 'ArrowLeft')).toBe(true);
  });

  it('leaves Enter and Space to a button', () => {
    expect(elementKeeps('button', ' ')).toBe(true);
    expect(elementKeeps('button', 'k')).toBe(false);
    expect(elementKeeps('none', ' ')).toBe(false);
  });
});
