/** The table of directives, compared with what Redis 7.0.15 and 7.4.1 show. */
import { readdirSync, readFileSync } from 'node:fs';
import { sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Config, ConfigValues, DIRECTIVES, decodeText, encodeText, NAMES } from '../../src/config/index.js';

const ANY = [encodeText('*')];

/** Names and values of a recorded CONFIG GET *. */
function recorded(version: string): Map<string, string> {
  const file = new URL(`../compat/data/config-get-${version}.tsv`, import.meta.url);
  const lines = readFileSync(file, 'utf8').split('\n');
  const pairs = lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split('\t'));
  return new Map(pairs.map(([name, value]) => [name!, value ?? '']));
}

/** Names and values that CONFIG GET * shows here, without Redstart's own. */
function shown(): Map<string, string> {
  const own = new Set(NAMES.filter(({ directive }) => directive.own).map(({ name }) => name));
  const pairs = new Config().get(ANY).map(([name, value]) => [decodeText(name), decodeText(value)] as const);
  return new Map(pairs.filter(([name]) => !own.has(name)).map(([name, value]) => [name, name === 'dir' ? '' : value]));
}

describe('the table of directives', () => {
  test('CONFIG GET * shows the names and defaults of Redis 7.4.1', () => {
    const wanted = recorded('7.4.1').set('dir', '');
    expect(Object.fromEntries(shown())).toEqual(Object.fromEntries(wanted));
  });

  test('every directive of Redis 7.0.15 is known, with the same default unless 7.4 hides it', () => {
    const known = new Map(NAMES.map((named) => [named.name, named]));
    const config = new Config();
    for (const [name, value] of recorded('7.0.15')) {
      expect(known.has(name), name).toBe(true);
      if (name !== 'dir') expect(config.show(known.get(name)!.field), name).toBe(value);
    }
  });

  test('a name stands for one directive only', () => {
    expect(new Set(NAMES.map(({ name }) => name)).size).toBe(NAMES.length);
  });

  test('every directive has the field that its name gives in camelCase, holding its default', () => {
    const values: Readonly<Record<string, unknown>> = { ...new ConfigValues() };
    expect(Object.keys(values)).toEqual(Object.keys(DIRECTIVES));
    for (const [field, { name, fallback }] of Object.entries(DIRECTIVES)) {
      expect(field).toBe(name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()));
      expect(values[field]).toBe(fallback);
    }
  });

  test('what the fallback of a directive shows is read back as the same value', () => {
    for (const { name, type, fallback } of Object.values(DIRECTIVES) as (typeof DIRECTIVES)['bind'][]) {
      if (name === 'dir' || name === 'replicaof') continue;
      const text = type.format(fallback);
      const args = type.multiple ? text.split(' ') : [text];
      const parsed = type.parse(args, fallback, { loading: false, again: false, directory: '/' });
      expect('value' in parsed && parsed.value, name).toEqual(fallback);
    }
  });

  test('a directive that is said to take effect is read by some code', () => {
    const code = sourcesThatRead();
    for (const [field, { name, effect }] of Object.entries(DIRECTIVES)) {
      if (effect === 'later' || effect === 'none') continue;
      // config.field, { field } = config, or the name of the field for onApply
      expect(new RegExp(`(\\.|[{,] |')${field}\\b`).test(code), `${name} is marked '${effect}'`).toBe(true);
    }
  });
});

/** All code that may read a configuration: not the files that list the directives. */
function sourcesThatRead(): string {
  const root = new URL('../../src/', import.meta.url);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const lists = new Set(['config/table.ts', 'config/values.ts'].map((file) => file.replaceAll('/', sep)));
  return files
    .filter((file) => !lists.has(file))
    .map((file) => readFileSync(new URL(file, root), 'utf8'))
    .join('\n');
}
