/**
 * The command table of a running Redis 7.4.1, recorded as data (`data/command-7.4.1.json`), and its translation into
 * the languages of our entries.
 */
import { readFileSync } from 'node:fs';
import { categoryNames } from '../../src/commands/categories.js';
import {
  BEGIN_INDEX,
  BEGIN_KEYWORD,
  FIND_KEYNUM,
  FIND_RANGE,
  KEYNUM_FIRST_KEY,
  KEYNUM_INDEX,
  type KeySpec,
  keyFlagNames,
} from '../../src/commands/key-specs.js';
import { flagNames } from '../../src/commands/spec.js';
import { type Argument, parseSyntax } from '../../src/commands/syntax.js';
import type { Command } from '../../src/commands/table.js';

export interface RecordedArgument {
  readonly name: string;
  readonly type: string;
  readonly token?: string;
  readonly key_spec_index?: number;
  readonly since?: string;
  readonly deprecated_since?: string;
  readonly flags?: readonly string[];
  readonly arguments?: readonly RecordedArgument[];
}

export interface RecordedKeySpec {
  readonly flags: readonly string[];
  readonly begin_search: { readonly type: string; readonly spec: Readonly<Record<string, string | number>> };
  readonly find_keys: { readonly type: string; readonly spec: Readonly<Record<string, number>> };
}

export interface RecordedCommand {
  readonly name: string;
  readonly arity: number;
  readonly flags: readonly string[];
  readonly first: number;
  readonly last: number;
  readonly step: number;
  readonly acl: readonly string[];
  readonly tips: readonly string[];
  readonly key_specs: readonly RecordedKeySpec[];
  readonly subcommands: readonly RecordedCommand[];
  readonly since: string;
  readonly group: string;
  readonly arguments?: readonly RecordedArgument[];
  readonly doc_flags?: readonly string[];
  readonly deprecated_since?: string;
  readonly replaced_by?: string;
}

/** The 250 commands, sorted by name. */
export const RECORDED_COMMANDS: readonly RecordedCommand[] = JSON.parse(
  readFileSync(new URL('data/command-7.4.1.json', import.meta.url), 'utf8'),
);

/** Commands and subcommands, by full name. */
export const RECORDED_BY_NAME: ReadonlyMap<string, RecordedCommand> = new Map(
  RECORDED_COMMANDS.flatMap((command) => [command, ...command.subcommands]).map((command) => [command.name, command]),
);

const TYPE_SUFFIX: Readonly<Record<string, string>> = {
  integer: ':int',
  double: ':double',
  'unix-time': ':unix',
  pattern: ':pattern',
};

/** A recorded argument tree as a syntax line. */
export function toSyntaxLine(list: readonly RecordedArgument[]): string {
  return list.map(toItem).join(' ');
}

function toItem(argument: RecordedArgument): string {
  const flags = argument.flags ?? [];
  let text = toCore(argument);
  if (flags.includes('multiple_token')) text += '*...';
  else if (flags.includes('multiple')) text += '...';
  if (argument.since !== undefined) text += `^${argument.since}`;
  if (argument.deprecated_since !== undefined) text += `!${argument.deprecated_since}`;
  return flags.includes('optional') ? `[${text}]` : text;
}

function toCore(argument: RecordedArgument): string {
  const { name, token, type } = argument;
  if (type === 'pure-token') {
    if (token?.toLowerCase() === name) return token;
    return `${name}='${token}'`;
  }
  const before = token === undefined ? '' : `'${token}' `;
  const inner = argument.arguments ?? [];
  if (type === 'oneof') return `${before}${name}<${inner.map(toItem).join(' | ')}>`;
  if (type === 'block') return `${before}${name}{${toSyntaxLine(inner)}}`;
  const keySpec = argument.key_spec_index === undefined ? '' : `@${argument.key_spec_index}`;
  return `${before}${name}${TYPE_SUFFIX[type] ?? ''}${keySpec}`;
}

/** A recorded key spec as a line of an entry's `keys`. */
export function toKeySpecLine(spec: RecordedKeySpec): string {
  return `${toPlace(spec)} ${spec.flags.join(' ')}`;
}

function toPlace({ begin_search: begin, find_keys: find }: RecordedKeySpec): string {
  if (begin.type === 'unknown') return '?';
  const start =
    begin.type === 'index' ? `${begin.spec['index']}` : `${begin.spec['keyword']}@${begin.spec['startfrom']}`;
  if (find.type === 'keynum') return `${start}#`;
  const { lastkey = 0, keystep = 1, limit = 0 } = find.spec;
  if (lastkey === 0 && keystep === 1 && limit === 0) return start;
  const step = keystep === 1 ? '' : `/${keystep}`;
  return `${start}..${lastkey >= 0 ? '+' : ''}${lastkey}${step}${limit === 0 ? '' : `%${limit}`}`;
}

/** An argument of our tree in the recording's form. */
export function recordedArgument(argument: Argument): RecordedArgument {
  const flags = [
    ...(argument.optional ? ['optional'] : []),
    ...(argument.multiple ? ['multiple'] : []),
    ...(argument.multipleToken ? ['multiple_token'] : []),
  ];
  const isInner = argument.type === 'oneof' || argument.type === 'block';
  return {
    name: argument.name,
    type: argument.type,
    ...(argument.token === null ? {} : { token: argument.token }),
    ...(argument.keySpecIndex === -1 ? {} : { key_spec_index: argument.keySpecIndex }),
    ...(argument.since === '' ? {} : { since: argument.since }),
    ...(argument.deprecatedSince === '' ? {} : { deprecated_since: argument.deprecatedSince }),
    ...(flags.length === 0 ? {} : { flags }),
    ...(isInner ? { arguments: argument.arguments.map(recordedArgument) } : {}),
  };
}

/** A key spec of ours in the recording's form. */
export function recordedKeySpec(spec: KeySpec): RecordedKeySpec {
  const { begin, find } = spec;
  return {
    flags: keyFlagNames(spec.flags),
    begin_search:
      begin === BEGIN_INDEX
        ? { type: 'index', spec: { index: spec.position } }
        : begin === BEGIN_KEYWORD
          ? { type: 'keyword', spec: { keyword: spec.keyword, startfrom: spec.position } }
          : { type: 'unknown', spec: {} },
    find_keys:
      find === FIND_RANGE
        ? { type: 'range', spec: { lastkey: spec.lastKey, keystep: spec.step, limit: spec.limit } }
        : find === FIND_KEYNUM
          ? { type: 'keynum', spec: { keynumidx: KEYNUM_INDEX, firstkey: KEYNUM_FIRST_KEY, keystep: spec.step } }
          : { type: 'unknown', spec: {} },
  };
}

/** A command of our table in the recording's form, without its subcommands. */
export function recordedCommand(command: Command): RecordedCommand {
  const { spec } = command;
  const list = parseSyntax(spec.syntax ?? '').map(recordedArgument);
  const docFlags = [
    ...(spec.deprecated === undefined ? [] : ['deprecated']),
    ...(spec.internal === true ? ['syscmd'] : []),
  ];
  return {
    name: command.name,
    arity: command.arity,
    flags: flagNames(command.flags),
    first: command.firstKey,
    last: command.lastKey,
    step: command.keyStep,
    acl: categoryNames(command.categories).map((name) => `@${name}`),
    tips: spec.tips === undefined ? [] : spec.tips.split(' '),
    key_specs: command.keySpecs.map(recordedKeySpec),
    subcommands: [],
    since: spec.since,
    group: command.group,
    ...(list.length === 0 ? {} : { arguments: list }),
    ...(docFlags.length === 0 ? {} : { doc_flags: docFlags }),
    ...(spec.deprecated === undefined
      ? {}
      : { deprecated_since: spec.deprecated.since, replaced_by: spec.deprecated.replacedBy }),
  };
}
