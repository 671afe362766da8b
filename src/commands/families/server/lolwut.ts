/** LOLWUT: a little art of our own, and the version. */
import { token } from '../../../resp/index.js';
import { REDIS_VERSION } from '../../../util/version.js';
import type { CommandContext } from '../../context.js';
import { ERR_NOT_INTEGER } from '../../errors.js';

const VERSION = token('version');
const DEFAULT_COLUMNS = 66;
const DEFAULT_ROWS = 8;
const MOST_COLUMNS = 1000;
const MOST_ROWS = 200;
/** The versions of Redis that drew something, with arguments for its size. */
const ARTISTS = [5, 6];

/**
 * LOLWUT [VERSION version [columns] [rows]]: a version that drew nothing, such as this one, answers the version line
 * alone.
 */
export function lolwut(c: CommandContext): void {
  const { argv, reply } = c;
  if (argv.count < 3 || !argv.is(1, VERSION)) return reply.verbatim('txt', versionLine());
  const version = argv.int(2);
  if (Number.isNaN(version)) return reply.error(ERR_NOT_INTEGER);
  if (!ARTISTS.includes(version)) return reply.verbatim('txt', versionLine());
  const columns = argv.count > 3 ? argv.int(3) : DEFAULT_COLUMNS;
  const rows = argv.count > 4 ? argv.int(4) : DEFAULT_ROWS;
  if (Number.isNaN(columns) || Number.isNaN(rows)) return reply.error(ERR_NOT_INTEGER);
  const art = maze(c, clamp(columns, MOST_COLUMNS), clamp(rows, MOST_ROWS));
  reply.verbatim('txt', `${art}\nA maze of one line of code, after 10 PRINT. ${versionLine()}`);
}

function versionLine(): string {
  return `Redis ver. ${REDIS_VERSION}\n`;
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(value, 1), most);
}

/** Slashes thrown at random, which the eye joins to walls. */
function maze(c: CommandContext, columns: number, rows: number): string {
  let art = '';
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) art += c.random.below(2) === 0 ? '/' : '\\';
    art += '\n';
  }
  return art;
}
