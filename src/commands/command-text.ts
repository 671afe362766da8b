/**
 * Arguments as error texts show them: as C strings, cut at the first NUL, of limited length.
 */
import type { Argv } from '../resp/argv.js';

/** How many characters of names and arguments an error shows. */
const SHOWN = 128;

/** Argument `i` up to its first NUL, at most 128 characters of it. */
export function formatCommandName(argv: Argv, i: number): string {
  return cString(argv, i, SHOWN);
}

/** `'a' 'b' `: the arguments after the name, until 128 characters are full. */
export function unknownCommandArgs(argv: Argv): string {
  let text = '';
  for (let i = 1; i < argv.count && text.length < SHOWN; i++) text += `'${cString(argv, i, SHOWN - text.length)}' `;
  return text;
}

function cString(argv: Argv, i: number, limit: number): string {
  const text = argv.text(i);
  const nul = text.indexOf('\0');
  return text.slice(0, Math.min(nul === -1 ? text.length : nul, limit));
}
