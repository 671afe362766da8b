/** DEBUG: finds the subcommand, checks how many arguments it has, and runs it. */
import { subcommandSyntaxError } from '../../../command-text.js';
import type { CommandContext } from '../../../context.js';
import { DEBUG_SUBCOMMANDS } from './subcommands.js';

const BY_NAME = new Map(DEBUG_SUBCOMMANDS.map((subcommand) => [subcommand.name, subcommand]));
const INDENT = '    ';

export function debug(c: CommandContext): void {
  const { argv, reply } = c;
  const name = argv.text(1).toUpperCase();
  const given = argv.count - 2;
  if (name === 'HELP' && given === 0) return help(c);
  const subcommand = BY_NAME.get(name);
  if (subcommand === undefined || given < subcommand.least || given > subcommand.most) {
    return reply.error(subcommandSyntaxError(argv));
  }
  subcommand.run(c);
}

function help({ argv, reply }: CommandContext): void {
  const lines = [`${argv.text(0).toUpperCase()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`];
  for (const { name, syntax, summary } of DEBUG_SUBCOMMANDS)
    lines.push(`${name} ${syntax}`.trimEnd(), INDENT + summary);
  lines.push('HELP', `${INDENT}Print this help.`);
  reply.array(lines.length);
  for (const line of lines) reply.simple(line);
}
