/**
 * The command line of redstart-server, as Redis reads it: a configuration file first, then directives as `--name value...`,
 * then `-` for more configuration from standard input.
 *
 * The directives become lines of configuration behind the file's, so that everything about them is checked, and reported, in
 * one place. No option parser is asked: it would lose the grouping of `--save 60 1 --save ""` and take values that begin
 * with a dash for options.
 */
import { formatPrintable, splitArgs } from '../util/bytes.js';

/** What the command line asks for. */
export interface ServerArguments {
  /** The configuration file as given, null when there is none. */
  readonly configFile: string | null;
  /** Whether configuration is to be read from standard input as well. */
  readonly readsStdin: boolean;
  /** Lines of configuration made of the directives, each ended by a newline; empty when there are none. */
  readonly directives: string;
}

/** Reads the arguments behind the program's name. O(total length). */
export function readArguments(args: readonly string[]): ServerArguments {
  const first = args[0];
  const hasFile = first !== undefined && !first.startsWith('-');
  const rest = hasFile ? args.slice(1) : [...args];
  const readsStdin = rest.at(-1) === '-';
  if (readsStdin) rest.pop();
  return { configFile: hasFile ? first : null, readsStdin, directives: directiveLines(rest) };
}

/**
 * `--name a b --other c` as lines. What follows a bare name is its value even if it begins with dashes; `--save` and
 * `--sentinel` alone have an empty value.
 */
function directiveLines(args: readonly string[]): string {
  const lines: string[] = [];
  let mayBeName = true;
  for (const [i, arg] of args.entries()) {
    if (!mayBeName || !arg.startsWith('--')) {
      lines[Math.max(0, lines.length - 1)] = `${lines.at(-1) ?? ''}${formatPrintable(Buffer.from(arg))} `;
      mayBeName = true;
      continue;
    }
    let line = `${arg.slice(2)} `;
    mayBeName = splitArgs(arg)?.length !== 1; // `--port 6380` in one argument has its value already
    const next = args[i + 1];
    if (!mayBeName && (next === undefined || next.startsWith('--')) && /^--(save|sentinel)\s*$/i.test(arg)) {
      line += '""';
      mayBeName = true;
    }
    lines.push(line);
  }
  return lines.map((line) => `${line}\n`).join('');
}
