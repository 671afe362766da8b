/** File names with wildcards, for `include` and for the configuration file itself. */
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { globMatch } from '../util/glob.js';
import { encodeText } from './text.js';

/** Whether a file name is a pattern: it has one of the characters `*?[`. */
export function isFilePattern(name: string): boolean {
  return /[*?[]/.test(name);
}

/**
 * The files that a pattern such as `conf.d/*.conf` names, relative to `directory`, sorted by name; none when nothing
 * matches. A wildcard stands within one part of the path and does not match a dot at its beginning. O(entries visited).
 */
export function expandFilePattern(pattern: string, directory: string): string[] {
  let paths = [pattern.startsWith('/') ? '/' : resolve(directory)];
  for (const part of pattern.split('/').filter((each) => each !== '')) {
    paths = paths.flatMap((path) => (isFilePattern(part) ? matchingEntries(path, part) : [join(path, part)]));
  }
  return paths.filter((path) => statSync(path, { throwIfNoEntry: false }) !== undefined);
}

function matchingEntries(directory: string, part: string): string[] {
  const pattern = encodeText(part);
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch {
    // What is no directory, or may not be read, has no entries: the pattern matches nothing there.
    return [];
  }
  return names
    .filter((name) => (!name.startsWith('.') || part.startsWith('.')) && globMatch(pattern, encodeText(name)))
    .sort()
    .map((name) => join(directory, name));
}
