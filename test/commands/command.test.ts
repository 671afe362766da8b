/** COMMAND and its subcommands over the wire. What the table holds is compared in test/compat/command-table.test.ts. */
import { expect } from 'vitest';
import { RECORDED_BY_NAME, type RecordedArgument, type RecordedCommand } from '../compat/recorded-commands.js';
import { describeCommands } from '../support/targets.js';
import { array, bulk, bulks, int, map, nil, nil3, type RespValue, set, simple } from '../support/wire.js';

const SYNTAX = 'ERR syntax error';
const simples = (...names: string[]) => names.map(simple);

/** GET's whole entry as COMMAND INFO shows it; `aggregate` differs between the protocols. */
function getEntry(aSet: typeof array, aMap: typeof array): string {
  const search = (type: string, ...spec: string[]) => aMap(bulk('type'), bulk(type), bulk('spec'), aMap(...spec));
  return array(
    bulk('get'),
    int(2),
    aSet(...simples('readonly', 'fast')),
    int(1),
    int(1),
    int(1),
    aSet(...simples('@read', '@string', '@fast')),
    aSet(),
    aSet(
      aMap(
        bulk('flags'),
        aSet(...simples('RO', 'access')),
        bulk('begin_search'),
        search('index', bulk('index'), int(1)),
        bulk('find_keys'),
        search('range', bulk('lastkey'), int(0), bulk('keystep'), int(1), bulk('limit'), int(0)),
      ),
    ),
    aSet(),
  );
}

describeCommands('COMMAND INFO and COUNT', (t) => {
  t.test('COMMAND INFO describes commands in the order asked for, and knows none of other names', async (c) => {
    const entry = getEntry(array, array);
    await c.expect('COMMAND INFO get', array(entry));
    await c.expect('COMMAND INFO GET nosuch get|x get', array(entry, nil, nil, entry));
    await c.expect(['COMMAND', 'INFO', ''], array(nil));
  });
  t.test('COMMAND INFO uses sets and maps in RESP3', { resp: 3 }, async (c) => {
    await c.expect('COMMAND INFO get nosuch', array(getEntry(set, map), nil3));
  });
  t.test('COMMAND INFO describes subcommands within their container and alone', async (c) => {
    const [container] = (await c.ask('COMMAND INFO client')) as RespValue[][];
    const [alone] = (await c.ask('COMMAND INFO client|getname')) as RespValue[][];
    expect(alone?.slice(0, 3)).toEqual(['client|getname', 2, ['noscript', 'loading', 'stale']]);
    expect(container?.[9]).toContainEqual(alone);
  });
  t.test('COMMAND INFO lists subcommands as an array in RESP3, and none as an empty set', { resp: 3 }, async (c) => {
    const [container] = (await c.ask('COMMAND INFO object')) as RespValue[][];
    expect(container?.[9]).toBeInstanceOf(Array);
    const [plain] = (await c.ask('COMMAND INFO ping')) as RespValue[][];
    expect(plain?.[9]).toEqual(new Set());
  });
  t.test('COMMAND INFO notes beside a key spec what its flags cannot say', async (c) => {
    for (const name of ['set', 'getex', 'bitfield']) {
      const [entry] = (await c.ask(`COMMAND INFO ${name}`)) as RespValue[][];
      const [spec] = entry![8] as RespValue[][];
      expect([spec?.[0], typeof spec?.[1]], name).toEqual(['notes', 'string']);
    }
  });
  t.test('COMMAND and COMMAND INFO without names describe as many commands as COMMAND COUNT counts', async (c) => {
    const count = (await c.ask('COMMAND COUNT')) as number;
    expect(((await c.ask('COMMAND')) as RespValue[]).length).toBe(count);
    expect(((await c.ask('COMMAND INFO')) as RespValue[]).length).toBe(count);
    expect(((await c.ask('COMMAND DOCS')) as RespValue[]).length).toBe(2 * count);
    await c.expectError('COMMAND COUNT x', "ERR wrong number of arguments for 'command|count' command");
    await c.expectError('COMMAND NoSuch', "ERR unknown subcommand 'NoSuch'. Try COMMAND HELP.");
  });
  t.test('COMMAND HELP answers lines, its own last', async (c) => {
    const help = (await c.ask('COMMAND HELP')) as string[];
    expect(help.slice(0, 2)).toEqual([
      'COMMAND <subcommand> [<arg> [value] [opt] ...]. Subcommands are:',
      '(no subcommand)',
    ]);
    expect(help.at(-2)).toBe('HELP');
  });
  t.test('COMMAND answers what Redis 7.4.1 answers for every command', { internal: true }, async (c) => {
    for (const entry of (await c.ask('COMMAND')) as RespValue[][]) compareInfo(entry);
  });
});

/** The versions in which commands changed, as far as 7.0 knows. The recording of 7.4.1 does not have them. */
const CHANGES_UNTIL_7_0: Readonly<Record<string, string>> = {
  auth: '6.0.0',
  bitcount: '7.0.0',
  bitpos: '7.0.0',
  'client|kill': '2.8.12 2.8.12 3.2.0 5.0.0 6.2.0',
  'client|list': '2.8.12 5.0.0 6.0.0 6.2.0 7.0.0 7.0.3',
  'cluster|meet': '4.0.0',
  'cluster|slots': '4.0.0 7.0.0',
  'command|info': '7.0.0',
  'config|get': '7.0.0',
  'config|set': '7.0.0',
  del: '',
  exists: '3.0.3',
  expire: '7.0.0',
  expireat: '7.0.0',
  flushall: '4.0.0 6.2.0',
  flushdb: '4.0.0 6.2.0',
  hello: '6.2.0',
  info: '7.0.0',
  pexpire: '7.0.0',
  pexpireat: '7.0.0',
  pttl: '2.8.0',
  renamenx: '3.2.0',
  scan: '6.0.0',
  set: '2.6.12 6.0.0 6.2.0 7.0.0',
  shutdown: '7.0.0',
  'slowlog|get': '4.0.0',
  ttl: '2.8.0',
};

describeCommands('COMMAND DOCS', (t) => {
  t.test('COMMAND DOCS leaves out names that it does not know', async (c) => {
    expect(await c.ask('COMMAND DOCS nosuch')).toEqual([]);
    const [name, docs] = (await c.ask('COMMAND DOCS nosuch ECHO')) as [string, RespValue[]];
    expect(name).toBe('echo');
    expect(docs.filter((_, i) => i % 2 === 0)).toEqual(['summary', 'since', 'group', 'complexity', 'arguments']);
  });
  t.test('COMMAND DOCS uses maps and sets in RESP3', { resp: 3 }, async (c) => {
    const docs = ((await c.ask('COMMAND DOCS client|kill')) as Map<string, Map<string, RespValue>>).get('client|kill');
    expect([...docs!.keys()]).toEqual(['summary', 'since', 'group', 'complexity', 'history', 'arguments']);
    expect(docs!.get('history')).toBeInstanceOf(Set);
    const [filter] = docs!.get('arguments') as Map<string, RespValue>[];
    expect([...filter!.keys()]).toEqual(['name', 'type', 'arguments']);
    const [, newFormat] = filter!.get('arguments') as Map<string, RespValue>[];
    expect(newFormat!.get('flags')).toEqual(new Set(['multiple']));
  });
  t.test('COMMAND DOCS holds the subcommands of a container', async (c) => {
    const [, docs] = (await c.ask('COMMAND DOCS client')) as [string, RespValue[]];
    const subcommands = docs[docs.indexOf('subcommands') + 1] as RespValue[];
    const [, alone] = (await c.ask('COMMAND DOCS client|getname')) as [string, RespValue];
    expect(subcommands[subcommands.indexOf('client|getname') + 1]).toEqual(alone);
  });
  t.test('COMMAND DOCS tells in which versions a command changed', { resp: 3 }, async (c) => {
    for (const [path, versions] of Object.entries(CHANGES_UNTIL_7_0)) {
      const docs = ((await c.ask(`COMMAND DOCS ${path}`)) as DocsMap).get(path);
      const history = [...((docs?.get('history') ?? []) as Iterable<[string, string]>)];
      const until70 = history.map(([version]) => version).filter((version) => version.localeCompare('7.1') < 0);
      expect(until70.join(' '), path).toBe(versions);
    }
  });
  t.test('COMMAND DOCS tells what Redis 7.4.1 tells, but for the texts', { internal: true, resp: 3 }, async (c) => {
    for (const [name, docs] of (await c.ask('COMMAND DOCS')) as DocsMap) compareDocs(name, docs);
  });
});

describeCommands('COMMAND LIST', (t) => {
  const sorted = async (c: { ask(command: string): Promise<RespValue> }, command: string) =>
    ((await c.ask(command)) as string[]).sort();

  t.test('COMMAND LIST lists commands and subcommands', async (c) => {
    const names = await sorted(c, 'COMMAND LIST');
    for (const name of ['get', 'client', 'client|id', 'command|list']) expect(names).toContain(name);
    expect(new Set(names).size).toBe(names.length);
  });
  t.test('COMMAND LIST FILTERBY PATTERN matches whole names in any case', async (c) => {
    const all = ['count', 'docs', 'getkeys', 'getkeysandflags', 'help', 'info', 'list'].map(
      (name) => `command|${name}`,
    );
    expect(await sorted(c, 'COMMAND LIST FILTERBY PATTERN COMMAND*')).toEqual(['command', ...all]);
    expect(await sorted(c, 'COMMAND LIST filterby pattern ?et')).toEqual(['get', 'set']);
    await c.expect('COMMAND LIST FILTERBY PATTERN nosuch*', array());
  });
  t.test('COMMAND LIST FILTERBY ACLCAT keeps to a category', async (c) => {
    const names = await sorted(c, 'COMMAND LIST FILTERBY ACLCAT Connection');
    for (const name of ['auth', 'client|id', 'command', 'ping', 'asking']) expect(names).toContain(name);
    expect(names).not.toContain('client');
    await c.expect('COMMAND LIST FILTERBY ACLCAT nosuch', array());
    await c.expect('COMMAND LIST FILTERBY ACLCAT @read', array());
  });
  t.test('COMMAND LIST FILTERBY MODULE finds nothing, as there are no modules', async (c) => {
    await c.expect('COMMAND LIST FILTERBY MODULE json', array());
  });
  t.test('COMMAND LIST refuses other filters', async (c) => {
    for (const filter of ['NoSuch', 'FILTERBY', 'FILTERBY PATTERN', 'FILTERBY NoSuch x', 'FILTERBY PATTERN a b']) {
      await c.expectError(`COMMAND LIST ${filter}`, SYNTAX);
    }
  });
});

describeCommands('COMMAND GETKEYS and GETKEYSANDFLAGS', (t) => {
  const keysOf = (...flags: string[]) => array(bulk('k'), array(...simples(...flags)));

  t.test('COMMAND GETKEYS refuses arguments in which no keys can be found', async (c) => {
    for (const call of ['ZUNION abc key', 'SINTERCARD 0 a', 'SINTERCARD 5 a', 'XREAD a b c']) {
      await c.expectError(`COMMAND GETKEYS ${call}`, 'ERR Invalid arguments specified for command');
    }
  });
  t.test('COMMAND GETKEYS finds keys at fixed places, in ranges and with steps', async (c) => {
    await c.expect('COMMAND GETKEYS GET k', bulks('k'));
    await c.expect('COMMAND GETKEYS mset a 1 b 2 c 3', bulks('a', 'b', 'c'));
    await c.expect('COMMAND GETKEYS MSET a 1 b', bulks('a', 'b'));
    await c.expect('COMMAND GETKEYS DEL a b c', bulks('a', 'b', 'c'));
    await c.expect('COMMAND GETKEYS LCS a b IDX', bulks('a', 'b'));
    await c.expect('COMMAND GETKEYS BITOP AND d a b', bulks('d', 'a', 'b'));
    await c.expect('COMMAND GETKEYS OBJECT ENCODING k', bulks('k'));
    await c.expect(['COMMAND', 'GETKEYS', 'GET', Buffer.from([0, 255])], bulks('\x00\xff'));
  });
  t.test('COMMAND GETKEYSANDFLAGS tells what the command does with each key', async (c) => {
    await c.expect('COMMAND GETKEYSANDFLAGS GET k', array(keysOf('RO', 'access')));
    await c.expect(
      'COMMAND GETKEYSANDFLAGS RENAME k k',
      array(keysOf('RW', 'access', 'delete'), keysOf('OW', 'update')),
    );
  });
  t.test('COMMAND GETKEYSANDFLAGS tells flags as sets in RESP3', { resp: 3 }, async (c) => {
    await c.expect('COMMAND GETKEYSANDFLAGS GET k', array(array(bulk('k'), set(...simples('RO', 'access')))));
  });
  t.test('COMMAND GETKEYSANDFLAGS follows the options of SET and BITFIELD', async (c) => {
    const reads = array(keysOf('RO', 'access'));
    const overwrites = array(keysOf('OW', 'update'));
    const changes = array(keysOf('RW', 'access', 'update'));
    await c.expect('COMMAND GETKEYSANDFLAGS SET k v', overwrites);
    await c.expect('COMMAND GETKEYSANDFLAGS SET k get NX', overwrites);
    await c.expect('COMMAND GETKEYSANDFLAGS SET k v NX get', changes);
    await c.expect('COMMAND GETKEYSANDFLAGS BITFIELD k', reads);
    await c.expect('COMMAND GETKEYSANDFLAGS BITFIELD k GET u8 0 overflow sat GET u8 1', reads);
    await c.expect('COMMAND GETKEYSANDFLAGS BITFIELD k GET u8 0 INCRBY u8 0 1', changes);
    for (const operations of ['SET u8 0 1', 'SET', 'GET u8', 'OVERFLOW', 'NOSUCH']) {
      await c.expect(`COMMAND GETKEYSANDFLAGS BITFIELD k ${operations}`, changes);
    }
  });
  t.test('COMMAND GETKEYS refuses what is no command, or has no keys', async (c) => {
    await c.expectError('COMMAND GETKEYS nosuch x', 'ERR Invalid command specified');
    await c.expectError('COMMAND GETKEYS CLIENT nosuch', 'ERR Invalid command specified');
    await c.expectError('COMMAND GETKEYS PING x', 'ERR The command has no key arguments');
    await c.expectError('COMMAND GETKEYSANDFLAGS CLIENT ID', 'ERR The command has no key arguments');
    await c.expectError('COMMAND GETKEYS GET a b', 'ERR Invalid number of arguments specified for command');
    await c.expectError('COMMAND GETKEYS', "ERR wrong number of arguments for 'command|getkeys' command");
  });
  t.test('COMMAND GETKEYS takes a name alone', { since: '7.4', line: 'COMMAND GETKEYS' }, async (c) => {
    await c.expectError('COMMAND GETKEYS GET', 'ERR Invalid number of arguments specified for command');
    await c.expectError('COMMAND GETKEYS nosuch', 'ERR Invalid command specified');
    await c.expectError('COMMAND GETKEYS PING', 'ERR The command has no key arguments');
    await c.expectError('COMMAND GETKEYS CLIENT', 'ERR The command has no key arguments');
  });
});

type DocsMap = Map<string, Map<string, RespValue>>;

/** Compares an entry of COMMAND (in RESP2) with the recorded one, and its subcommands. */
function compareInfo(entry: RespValue[]): void {
  const [name, arity, flags, first, last, step, acl, tips, keySpecs, subcommands] = entry;
  const recorded = RECORDED_BY_NAME.get(name as string)!;
  expect({ name, arity, flags, first, last, step, acl, tips }).toEqual(
    Object.fromEntries(
      (['name', 'arity', 'flags', 'first', 'last', 'step', 'acl', 'tips'] as const).map((key) => [key, recorded[key]]),
    ),
  );
  const specs = (keySpecs as RespValue[][]).map(toObject);
  expect(
    specs.map(({ notes: _, begin_search, find_keys, ...rest }) => ({
      ...rest,
      begin_search: withSpec(begin_search),
      find_keys: withSpec(find_keys),
    })),
  ).toEqual(recorded.key_specs);
  for (const subcommand of subcommands as RespValue[][]) compareInfo(subcommand);
}

function withSpec(value: RespValue | undefined): unknown {
  const { type, spec } = toObject(value as RespValue[]);
  return { type, spec: toObject(spec as RespValue[]) };
}

function toObject(pairs: RespValue[]): Record<string, RespValue> {
  const object: Record<string, RespValue> = {};
  for (let i = 0; i < pairs.length; i += 2) object[pairs[i] as string] = pairs[i + 1]!;
  return object;
}

/** Compares an entry of COMMAND DOCS (in RESP3) with the recorded one, and its subcommands. */
function compareDocs(name: string, docs: Map<string, RespValue>): void {
  const recorded = RECORDED_BY_NAME.get(name) as RecordedCommand;
  const { summary, complexity, history: _, subcommands, ...rest } = Object.fromEntries(docs);
  expect(typeof summary, name).toBe('string');
  expect(typeof complexity, name).toBe('string');
  const { since, group, arguments: list, doc_flags, deprecated_since, replaced_by } = recorded;
  expect({ ...rest, arguments: toArguments(rest['arguments']), doc_flags: toList(rest['doc_flags']) }).toEqual({
    since,
    group,
    arguments: list,
    doc_flags,
    ...(deprecated_since === undefined ? {} : { deprecated_since, replaced_by }),
  });
  for (const [subcommand, inner] of (subcommands ?? new Map()) as DocsMap) compareDocs(subcommand, inner);
}

function toList(value: RespValue | undefined): unknown {
  return value === undefined ? undefined : [...(value as Set<RespValue>)];
}

function toArguments(value: RespValue | undefined): RecordedArgument[] | undefined {
  if (value === undefined) return undefined;
  return (value as Map<string, RespValue>[]).map((argument) => {
    const { display_text: _, flags, arguments: list, ...rest } = Object.fromEntries(argument);
    return {
      ...rest,
      ...(flags === undefined ? {} : { flags: toList(flags) }),
      ...(list === undefined ? {} : { arguments: toArguments(list) }),
    } as unknown as RecordedArgument; // What does not fit is what the comparison is to find.
  });
}
