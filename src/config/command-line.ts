/**
 * The arguments of a server program as configuration. They become lines behind those of the file, so that one parser
 * reads, checks and reports everything; no option parser could keep the grouping of `--save 60 1 --save ""`.
 */
import { formatPrintable, splitArgs } from '../util/bytes.js';
import { encodeText } from './text.js';

/** What the command line asks for. */
export interface CommandLine {
  /** The configuration file as it was named, null when there is none. */
  readonly file: string | null;
  /** Whether `-` asks for more lines from standard input, which come between file and directives. */
  readonly readsStdin: boolean;
  /** The directives as lines of configuration, without a newline at the end. */
  readonly lines: string;
}

/**
 * Reads the arguments behind the program's name. O(total length).
 *
 * A first argument without a dash is the configuration file, a `-` at either end of the rest is standard input.
 * `--name` begins a line and what follows is quoted behind it. Right behind a bare `--name` comes a value even if it
 * begins with dashes (`--requirepass --x`), but not behind `--save` and `--sentinel`, which may stand alone: `--save`
 * then means "".
 */
export function readCommandLine(args: readonly string[]): CommandLine {
  const first = args[0];
  const file = first !== undefined && !first.startsWith('-') ? first : null;
  let readsStdin = false;
  let lines = '';
  let nameAllowed = true;
  for (let i = file === null ? 0 : 1; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === '-' && (i === 0 || i === args.length - 1)) {
      readsStdin = true;
    } else if (nameAllowed && arg.startsWith('--')) {
      lines += `${lines === '' ? '' : '\n'}${arg.slice(2)} `;
      const bare = splitArgs(arg)?.length === 1; // not `--port 6380` in one argument
      const alone = i + 1 === args.length || args[i + 1]!.startsWith('--');
      const maybeEmpty = alone && (isName(arg, '--save') || isName(arg, '--sentinel'));
      if (maybeEmpty && bare && isName(arg, '--save')) lines += '""';
      nameAllowed = !bare || maybeEmpty;
    } else {
      lines += `${formatPrintable(encodeText(arg))} `;
      nameAllowed = true;
    }
  }
  return { file, readsStdin, lines };
}

function isName(arg: string, name: string): boolean {
  return arg.toLowerCase() === name;
}
