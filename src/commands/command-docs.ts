/** docs/commands.md: the command table as people read it. */
import { categoryNames } from './categories.js';
import { flagNames } from './spec.js';
import { parseSyntax, renderSyntax } from './syntax.js';
import type { Command, CommandTable } from './table.js';

/** The whole page as Markdown, groups and commands in alphabetical order. O(size of the table). */
export function renderCommandDocs(table: CommandTable): string {
  const groups = new Map<string, Command[]>();
  for (const command of sortedByName(table.index.list)) {
    const members = groups.get(command.group);
    if (members === undefined) groups.set(command.group, [command]);
    else members.push(command);
  }
  const names = [...groups.keys()].sort();
  const lines = [
    '# Commands',
    '',
    'Made by `npm run docs` from the entries in `src/commands/families/`; change those, not this page.',
    'Versions are those of Redis in which a command or an option came.',
    '',
    `${table.count} commands and ${table.idCount - table.count} subcommands: ${names.map(groupLink).join(', ')}.`,
  ];
  for (const name of names) {
    lines.push('', `## ${name}`);
    for (const command of groups.get(name)!) lines.push(...renderCommand(command));
  }
  return `${lines.join('\n')}\n`;
}

function groupLink(name: string): string {
  return `[${name}](#${name})`;
}

function renderCommand(command: Command): string[] {
  const subcommands = command.subcommands === null ? [] : sortedByName(command.subcommands.list);
  const own = command.handler === null ? [] : entryLines(command);
  return ['', `### ${title(command)}`, '', command.spec.summary, ...own, ...subcommands.flatMap(renderSubcommand)];
}

function renderSubcommand(command: Command): string[] {
  return ['', `#### ${title(command)}`, '', command.spec.summary, ...entryLines(command)];
}

/** What there is to say of a command that can be called. */
function entryLines(command: Command): string[] {
  const { spec } = command;
  const syntax = renderSyntax(parseSyntax(spec.syntax ?? ''));
  const lines = ['', '```', `${title(command)} ${syntax}`.trimEnd(), '```', ''];
  if (spec.complexity !== undefined) lines.push(`- Complexity: ${spec.complexity}`);
  lines.push(`- Since ${spec.since}`);
  for (const [version, change] of spec.history ?? []) lines.push(`- ${version}: ${change}`);
  if (spec.deprecated !== undefined) {
    lines.push(`- Deprecated since ${spec.deprecated.since}; use ${spec.deprecated.replacedBy}`);
  }
  const flags = flagNames(command.flags);
  if (flags.length > 0) lines.push(`- Flags: ${flags.join(', ')}`);
  const categories = categoryNames(command.categories).map((name) => `@${name}`);
  lines.push(`- ACL categories: ${categories.join(', ')}`);
  return lines;
}

function title(command: Command): string {
  return command.name.toUpperCase().replace('|', ' ');
}

function sortedByName(commands: readonly Command[]): Command[] {
  return [...commands].sort((a, b) => (a.name < b.name ? -1 : 1));
}
