/** Which arguments of a command are secrets, and so never shown in SLOWLOG, MONITOR or the log. */
import { decodeText, findDirective } from '../config/index.js';
import { type Argv, token } from '../resp/argv.js';
import type { Command } from './table.js';

const AUTH = token('auth');

/** Whether argument `i` is a password, or belongs to one. O(i). */
export function isSecretArgument(command: Command, argv: Argv, i: number): boolean {
  switch (command.name) {
    case 'auth':
      return i > 0;
    case 'hello':
      // Name and password behind AUTH.
      return (i > 2 && argv.is(i - 1, AUTH)) || (i > 3 && argv.is(i - 2, AUTH));
    case 'config|set':
      return i > 2 && i % 2 === 1 && findDirective(decodeText(argv.copy(i - 1)))?.directive.sensitive === true;
    default:
      return false;
  }
}
