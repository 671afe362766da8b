/**
 * The HELP subcommand of every container, written from the container's entries: their syntax and summary are the help.
 */
import type { CommandContext } from './context.js';
import { parseSyntax, renderSyntax } from './syntax.js';
import type { Command } from './table.js';

const INDENT = '    ';

/** The handler of every `container|help`. */
export function help(c: CommandContext): void {
  const container = c.command.parent ?? c.command;
  const lines = helpLines(container, c.argv.text(0));
  c.reply.array(lines.length);
  for (const line of lines) c.reply.simple(line);
}

/**
 * What HELP of a container answers, line by line, by the name that it is called by; HELP itself stands last.
 * O(entries).
 */
function helpLines(container: Command, name: string): string[] {
  const lines = [`${name.toUpperCase()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`];
  if (container.handler !== null) lines.push('(no subcommand)', INDENT + container.spec.summary);
  for (const subcommand of container.subcommands?.list ?? []) {
    const { name: subname, syntax, summary } = subcommand.spec;
    if (subname === 'help') continue;
    lines.push(`${subname.toUpperCase()} ${renderSyntax(parseSyntax(syntax ?? ''))}`.trimEnd(), INDENT + summary);
  }
  lines.push('HELP', `${INDENT}Print this help.`);
  return lines;
}
