/**
 * Arguments as error texts show them: as C strings, which end at the first NUL. Names of commands and what follows an
 * unknown one are shown to a limited length, other arguments whole: so it is in Redis.
 */
import type { Argv, ErrorReply } from '../resp/index.js';
import { errSubcommandSyntax } from './errors.js';

/** How many characters of a command's name, and of all arguments behind it, an error shows. */
const SHOWN = 128;

/** Argument `i` up to its first NUL. */
export function argumentText(argv: Argv, i: number): string {
  const text = argv.text(i);
  const nul = text.indexOf('\0');
  return nul === -1 ? text : text.slice(0, nul);
}

/** Argument `i` up to its first NUL, at most 128 characters of it. */
export function formatCommandName(argv: Argv, i: number): string {
  return argumentText(argv, i).slice(0, SHOWN);
}

/** What a container answers for a subcommand that it has, but not with these arguments. */
export function subcommandSyntaxError(argv: Argv): ErrorReply {
  return errSubcommandSyntax(formatCommandName(argv, 1), formatCommandName(argv, 0));
}

/** `'a' 'b' `: the arguments after the name, until 128 characters are full. */
export function unknownCommandArgs(argv: Argv): string {
  let text = '';
  for (let i = 1; i < argv.count && text.length < SHOWN; i++) {
    text += `'${argumentText(argv, i).slice(0, SHOWN - text.length)}' `;
  }
  return text;
}
