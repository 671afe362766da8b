/** Loading a configuration: files and command lines as recorded from the reference, and what is only ours. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Config, ConfigError, type ConfigSources, decodeText, encodeText, NAMES } from '../../src/config/index.js';

/**
 * What redis-server 7.0.15 made of a configuration file, command line and standard input: the values that differ from
 * the defaults, the block on standard error (with the version of 7.4), or the last line of its log. `@DIR@` is the
 * working directory, which holds `files`; strings have a character a byte.
 */
interface Recording {
  readonly files: Readonly<Record<string, string>>;
  readonly cases: readonly {
    readonly file?: string;
    readonly args?: readonly string[];
    readonly stdin?: string;
    readonly get?: Readonly<Record<string, string>>;
    readonly stderr?: string;
    readonly log?: string;
  }[];
}

const recording = JSON.parse(
  readFileSync(new URL('../compat/data/config-load-7.0.15.json', import.meta.url), 'utf8'),
) as Recording; // a file of this repository, of this shape

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'redstart-config-'));
  for (const [name, text] of Object.entries(recording.files)) write(name, text);
});
afterAll(() => rmSync(directory, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(directory, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, 'latin1');
  return path;
}

/** A recorded string with this run's directory, as text of the configuration. */
function here(text: string): string {
  return decodeText(Buffer.from(text.replaceAll('@DIR@', directory), 'latin1'));
}

/** What a load comes to, in the form of a recorded case. */
function outcome(sources: ConfigSources): object {
  try {
    const config = Config.fromSources({ directory, ...sources });
    return { get: differences(config) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.kind === 'log' ? { log: error.reason } : { stderr: error.formatBlock('7.4.1') };
  }
}

/** Names and values that CONFIG GET * shows differently from the defaults. */
function differences(config: Config): Record<string, string> {
  const defaults = new Config();
  defaults.dir = directory;
  const pairs = NAMES.filter(({ directive }) => !directive.hidden).map(({ name, field }) => [name, field] as const);
  const changed = pairs.filter(([, field]) => config.show(field) !== defaults.show(field));
  return Object.fromEntries(changed.map(([name, field]) => [name, config.show(field)]));
}

/** Names that the reference shows otherwise: 7.4 has new spellings of these, with the old ones as aliases. */
const RESPELLED = new Set(['server-cpulist', 'bio-cpulist', 'aof-rewrite-cpulist', 'bgsave-cpulist']);

/** Commands that the recorded cases rename, or that are in the way. */
const commandExists = (name: string): boolean => ['get', 'set'].includes(name);
/** Stands in for the rules of users: these are the ones that occur. */
const userRules = (rules: readonly string[]): { index: number; reason: string } | null => {
  const index = rules.findIndex((rule) => ['bar', 'baz', 'qux'].includes(rule));
  return index < 0 ? null : { index, reason: 'Syntax error' };
};

describe('a configuration that the reference was started with', () => {
  for (const { file, args = [], stdin, ...wanted } of recording.cases) {
    test(`${JSON.stringify({ file, args, stdin })} gives the same values or the same error`, () => {
      const path = file === undefined ? [] : [write('main.conf', here(file))];
      const sources = { args: [...path, ...args.map(here)], ...(stdin !== undefined && { stdin }) };
      const got = outcome({ ...sources, checks: { commandExists, userRules } });
      const values = 'get' in got ? { get: without(got.get as Record<string, string>) } : got;
      expect(values).toEqual(JSON.parse(here(JSON.stringify(wanted))));
    });
  }
});

function without(values: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !RESPELLED.has(name)));
}

describe('sources of a configuration', () => {
  test('overrides take names and fields, with values of any kind', () => {
    const config = Config.fromSources({
      text: 'hz 30\nsave 1 1',
      overrides: {
        port: 0,
        'maxmemory-policy': 'allkeys-lru',
        maxmemory: '1gb',
        appendonly: true,
        bind: ['127.0.0.1', '-::1'],
        save: '',
        replicaof: '127.0.0.1 7000',
        timeout: undefined,
      },
    });
    expect(config.port).toBe(0);
    expect(config.maxmemoryPolicy).toBe('allkeys-lru');
    expect(config.maxmemory).toBe(1024 ** 3);
    expect(config.appendonly).toBe(true);
    expect(config.bind).toEqual(['127.0.0.1', '-::1']);
    expect(config.save).toEqual([]);
    expect(config.replicaof).toEqual({ host: '127.0.0.1', port: 7000 });
    expect([config.hz, config.timeout]).toEqual([30, 0]);
  });

  test('an override that is wrong is named', () => {
    const load = (overrides: Record<string, string>) => () => Config.fromSources({ overrides });
    expect(load({ maxMemory: '1' })).not.toThrow(); // a name ignores case, as everywhere
    expect(load({ maxMemorie: '1' })).toThrow('maxMemorie: Bad directive or wrong number of arguments');
    expect(load({ hz: 'fast' })).toThrow("hz: argument couldn't be parsed into an integer");
  });

  test('users, renamed commands and modules are handed on', () => {
    const config = Config.fromSources({
      text: 'user bob on >x\nuser eve\nrename-command GET ""\nrename-command set put\nloadmodule m.so 1 2',
    });
    expect(config.users).toEqual([
      { name: 'bob', rules: ['on', '>x'] },
      { name: 'eve', rules: [] },
    ]);
    expect(config.renamedCommands).toEqual([
      ['GET', ''],
      ['set', 'put'],
    ]);
    expect(config.modules).toEqual([{ path: 'm.so', args: ['1', '2'] }]);
  });

  test('cluster-enabled yes is refused with its line', () => {
    const load = () => Config.fromSources({ text: 'hz 10\ncluster-enabled yes' });
    expect(load).toThrow(
      'Redstart does not support cluster mode yet: remove this line or set it to no (line 3: cluster-enabled yes)',
    );
  });

  test('a file that includes itself is refused', () => {
    const file = write('self.conf', `include ${join(directory, 'self.conf')}\n`);
    expect(() => Config.fromSources({ file })).toThrow('Too many levels of included files');
  });

  test('standard input is read only when the arguments ask for it', () => {
    expect(Config.fromSources({ stdin: 'hz 50', args: [] }).hz).toBe(10);
    expect(Config.fromSources({ stdin: 'hz 50', args: ['-'] }).hz).toBe(50);
    expect(Config.fromSources({ stdin: encodeText('hz 50') }).hz).toBe(50);
  });
});
