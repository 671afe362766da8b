/**
 * COMMAND and its subcommands: what this server can do, told from the command table.
 */
import { token } from '../../../resp/index.js';
import { globMatch } from '../../../util/glob.js';
import { categoryBit, categoryNames } from '../../categories.js';
import type { CommandContext } from '../../context.js';
import {
  ERR_GETKEYS_ARGUMENTS,
  ERR_GETKEYS_COMMAND,
  ERR_GETKEYS_COUNT,
  ERR_GETKEYS_NO_KEYS,
  ERR_SYNTAX,
} from '../../errors.js';
import {
  BEGIN_INDEX,
  BEGIN_KEYWORD,
  FIND_KEYNUM,
  FIND_RANGE,
  findKeys,
  KEYNUM_FIRST_KEY,
  KEYNUM_INDEX,
  KeyPositions,
  type KeySpec,
  keyFlagNames,
} from '../../key-specs.js';
import { FLAG_NO_MANDATORY_KEYS, flagNames } from '../../spec.js';
import { type Argument, parseSyntax } from '../../syntax.js';
import type { Command } from '../../table.js';

const FILTERBY = token('filterby');
const MODULE = token('module');
const ACLCAT = token('aclcat');
const PATTERN = token('pattern');

export function command(c: CommandContext): void {
  replyInfoOfAll(c);
}

export function commandCount(c: CommandContext): void {
  c.reply.int(c.table.count);
}

export function commandInfo(c: CommandContext): void {
  const { argv, reply, table } = c;
  if (argv.count === 2) return replyInfoOfAll(c);
  reply.array(argv.count - 2);
  for (let i = 2; i < argv.count; i++) replyInfo(c, table.byName(argv.text(i)));
}

function replyInfoOfAll(c: CommandContext): void {
  c.reply.array(c.table.count);
  for (const entry of c.table.index.list) replyInfo(c, entry);
}

function replyInfo(c: CommandContext, entry: Command | undefined): void {
  const { reply } = c;
  if (entry === undefined) return reply.null();
  const subcommands = entry.subcommands?.list ?? [];
  reply.array(10);
  reply.bulkText(entry.name);
  reply.int(entry.arity);
  replyStatusSet(c, flagNames(entry.flags));
  reply.int(entry.firstKey);
  reply.int(entry.lastKey);
  reply.int(entry.keyStep);
  replyStatusSet(
    c,
    categoryNames(entry.categories).map((name) => `@${name}`),
  );
  const tips = entry.spec.tips?.split(' ') ?? [];
  reply.set(tips.length);
  for (const tip of tips) reply.bulkText(tip);
  reply.set(entry.keySpecs.length);
  for (const spec of entry.keySpecs) replyKeySpec(c, spec);
  // Redis has an array here, but the empty set where there are none.
  if (subcommands.length === 0) reply.set(0);
  else reply.array(subcommands.length);
  for (const subcommand of subcommands) replyInfo(c, subcommand);
}

function replyKeySpec(c: CommandContext, spec: KeySpec): void {
  const { reply } = c;
  reply.map(spec.notes === '' ? 3 : 4);
  if (spec.notes !== '') {
    reply.bulkText('notes');
    reply.bulkText(spec.notes);
  }
  reply.bulkText('flags');
  replyStatusSet(c, keyFlagNames(spec.flags));
  reply.bulkText('begin_search');
  if (spec.begin === BEGIN_INDEX) replySearch(c, 'index', [['index', spec.position]]);
  else if (spec.begin === BEGIN_KEYWORD) {
    replySearch(c, 'keyword', [
      ['keyword', spec.keyword],
      ['startfrom', spec.position],
    ]);
  } else replySearch(c, 'unknown', []);
  reply.bulkText('find_keys');
  if (spec.find === FIND_RANGE) {
    replySearch(c, 'range', [
      ['lastkey', spec.lastKey],
      ['keystep', spec.step],
      ['limit', spec.limit],
    ]);
  } else if (spec.find === FIND_KEYNUM) {
    replySearch(c, 'keynum', [
      ['keynumidx', KEYNUM_INDEX],
      ['firstkey', KEYNUM_FIRST_KEY],
      ['keystep', spec.step],
    ]);
  } else replySearch(c, 'unknown', []);
}

function replySearch(c: CommandContext, type: string, spec: readonly (readonly [string, string | number])[]): void {
  const { reply } = c;
  reply.map(2);
  reply.bulkText('type');
  reply.bulkText(type);
  reply.bulkText('spec');
  reply.map(spec.length);
  for (const [name, value] of spec) {
    reply.bulkText(name);
    if (typeof value === 'number') reply.int(value);
    else reply.bulkText(value);
  }
}

export function commandDocs(c: CommandContext): void {
  const { argv, reply, table } = c;
  const asked: Command[] = [];
  if (argv.count === 2) asked.push(...table.index.list);
  for (let i = 2; i < argv.count; i++) {
    const entry = table.byName(argv.text(i));
    if (entry !== undefined) asked.push(entry);
  }
  reply.map(asked.length);
  for (const entry of asked) replyDocs(c, entry);
}

/** The name and the map of a command's documentation; what an entry does not have is left out of the map. */
function replyDocs(c: CommandContext, entry: Command): void {
  const { reply } = c;
  const { spec } = entry;
  const docFlags: string[] = [];
  if (spec.deprecated !== undefined) docFlags.push('deprecated');
  if (spec.internal === true) docFlags.push('syscmd');
  const list = parseSyntax(spec.syntax ?? '');
  const subcommands = entry.subcommands?.list ?? [];
  const mark = beginEntry(c, entry.name);
  let fields = replyTexts(c, [
    ['summary', spec.summary],
    ['since', spec.since],
    ['group', entry.group],
    ['complexity', spec.complexity],
  ]);
  if (docFlags.length > 0) {
    reply.bulkText('doc_flags');
    replyStatusSet(c, docFlags);
    fields++;
  }
  fields += replyTexts(c, [
    ['deprecated_since', spec.deprecated?.since],
    ['replaced_by', spec.deprecated?.replacedBy],
  ]);
  if (spec.history !== undefined) {
    reply.bulkText('history');
    reply.set(spec.history.length);
    for (const [version, change] of spec.history) {
      reply.array(2);
      reply.bulkText(version);
      reply.bulkText(change);
    }
    fields++;
  }
  if (list.length > 0) {
    reply.bulkText('arguments');
    replyArguments(c, list);
    fields++;
  }
  if (subcommands.length > 0) {
    reply.bulkText('subcommands');
    reply.map(subcommands.length);
    for (const subcommand of subcommands) replyDocs(c, subcommand);
    fields++;
  }
  reply.setMapLength(mark, fields);
}

function beginEntry(c: CommandContext, name: string): number {
  c.reply.bulkText(name);
  return c.reply.deferred();
}

/** Writes the pairs whose value there is; returns how many these were. */
function replyTexts(c: CommandContext, pairs: readonly (readonly [string, string | undefined])[]): number {
  let written = 0;
  for (const [name, value] of pairs) {
    if (value === undefined || value === '') continue;
    c.reply.bulkText(name);
    c.reply.bulkText(value);
    written++;
  }
  return written;
}

function replyArguments(c: CommandContext, list: readonly Argument[]): void {
  c.reply.array(list.length);
  for (const argument of list) replyArgument(c, argument);
}

function replyArgument(c: CommandContext, argument: Argument): void {
  const { reply } = c;
  const isInner = argument.type === 'oneof' || argument.type === 'block';
  const mark = reply.deferred();
  let fields = replyTexts(c, [
    ['name', argument.name],
    ['type', argument.type],
    ['display_text', isInner ? undefined : argument.displayText],
  ]);
  if (argument.keySpecIndex !== -1) {
    reply.bulkText('key_spec_index');
    reply.int(argument.keySpecIndex);
    fields++;
  }
  if (argument.token !== null) {
    reply.bulkText('token');
    reply.bulkText(argument.token);
    fields++;
  }
  fields += replyTexts(c, [
    ['since', argument.since],
    ['deprecated_since', argument.deprecatedSince],
  ]);
  const flags = argumentFlags(argument);
  if (flags.length > 0) {
    reply.bulkText('flags');
    replyStatusSet(c, flags);
    fields++;
  }
  if (isInner) {
    reply.bulkText('arguments');
    replyArguments(c, argument.arguments);
    fields++;
  }
  reply.setMapLength(mark, fields);
}

function argumentFlags(argument: Argument): string[] {
  const flags: string[] = [];
  if (argument.optional) flags.push('optional');
  if (argument.multiple) flags.push('multiple');
  if (argument.multipleToken) flags.push('multiple_token');
  return flags;
}

export function commandList(c: CommandContext): void {
  const { argv, reply, table } = c;
  const isWanted = listFilter(c);
  if (isWanted === null) return reply.error(ERR_SYNTAX);
  const wanted = argv.count === 2 ? table.all : table.all.filter(isWanted);
  reply.array(wanted.length);
  for (const entry of wanted) reply.bulkText(entry.name);
}

/** What FILTERBY asks for, null where the arguments are wrong. An unknown category or module has no commands. */
function listFilter({ argv }: CommandContext): ((entry: Command) => boolean) | null {
  if (argv.count === 2) return () => true;
  if (argv.count !== 5 || !argv.is(2, FILTERBY)) return null;
  if (argv.is(3, MODULE)) return () => false;
  if (argv.is(3, ACLCAT)) {
    const bit = categoryBit(argv.text(4).toLowerCase());
    return (entry) => (entry.categories & bit) !== 0;
  }
  if (!argv.is(3, PATTERN)) return null;
  const pattern = argv.copy(4);
  return (entry) => globMatch(pattern, Buffer.from(entry.name, 'latin1'), true);
}

export function commandGetkeys(c: CommandContext): void {
  const keys = findKeysOfNested(c);
  if (keys === null) return;
  c.reply.array(keys.count);
  for (let i = 0; i < keys.count; i++) replyArg(c, keys.indexes[i]!);
}

export function commandGetkeysandflags(c: CommandContext): void {
  const keys = findKeysOfNested(c);
  if (keys === null) return;
  c.reply.array(keys.count);
  for (let i = 0; i < keys.count; i++) {
    c.reply.array(2);
    replyArg(c, keys.indexes[i]!);
    replyStatusSet(c, keyFlagNames(keys.flags[i]!));
  }
}

/** The keys of the command that begins at argument 2, counted from there; null: an error was answered. */
function findKeysOfNested(c: CommandContext): KeyPositions | null {
  const { argv, reply } = c;
  const entry = c.table.resolve(argv, 2);
  if (entry === null) reply.error(ERR_GETKEYS_COMMAND);
  else if (!entry.hasKeys) reply.error(ERR_GETKEYS_NO_KEYS);
  else if (!entry.acceptsCount(argv.count - 2)) reply.error(ERR_GETKEYS_COUNT);
  else {
    const keys = new KeyPositions();
    argv.base += 2;
    argv.count -= 2;
    findKeys(entry, argv, keys);
    argv.base -= 2;
    argv.count += 2;
    if (keys.count > 0 || (entry.flags & FLAG_NO_MANDATORY_KEYS) !== 0) return keys;
    reply.error(ERR_GETKEYS_ARGUMENTS);
  }
  return null;
}

/** Argument `i` of the nested command. */
function replyArg({ argv, reply }: CommandContext, i: number): void {
  reply.bulk(argv.bytes, argv.view, argv.offset(i + 2), argv.length(i + 2));
}

/** A set of simple strings. */
function replyStatusSet({ reply }: CommandContext, names: readonly string[]): void {
  reply.set(names.length);
  for (const name of names) reply.simple(name);
}
