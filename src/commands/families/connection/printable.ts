/** What names of connections and libraries may consist of. */
import type { Argv } from '../../../resp/index.js';

/** Whether argument `i` holds only bytes from `!` to `~`: what names may consist of, so that a line stays one. */
export function isPrintable(argv: Argv, i: number): boolean {
  for (let at = 0; at < argv.length(i); at++) {
    const byte = argv.byte(i, at);
    if (byte < 0x21 || byte > 0x7e) return false;
  }
  return true;
}
