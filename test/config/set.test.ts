/** CONFIG SET and GET: values and refusals as recorded from the reference, then all or nothing, hooks, origins. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Config, decodeText, encodeText, type SetOrigin, type SetResult } from '../../src/config/index.js';

/**
 * What redis-server 7.0.15 answers when each directive is set to each value. Replies: `=` accepted and shown as it was,
 * `=x` accepted and shown as x, `+` accepted and not shown, `!reason` refused with the reason, `-error` any other
 * error.
 */
interface Recording {
  readonly values: readonly string[];
  readonly groups: readonly { directives: readonly string[]; replies: Readonly<Record<string, readonly number[]>> }[];
}

const recording = JSON.parse(
  readFileSync(new URL('../compat/data/config-set-7.0.15.json', import.meta.url), 'utf8'),
) as Recording; // a file of this repository, of this shape

/** Directives whose answer depends on the machine, on sockets, or on 7.4. */
const ELSEWHERE = new Set([
  'bind', // binds in its hook
  'maxclients', // asks for descriptors in its hook
  'oom-score-adj', // has no effect here, the reference may not set it
  'tls-cluster', // loads certificates in its hook
  'tls-replication',
  'loglevel', // 7.4 adds a word
  'client-default-resp', // newer than the reference
  'cluster-ping-interval',
]);

function set(config: Config, ...words: string[]): SetResult {
  return config.set(pairsOf(words));
}

function setFrom(config: Config, origin: SetOrigin, ...words: string[]): SetResult {
  return config.set(pairsOf(words), origin);
}

function pairsOf(words: readonly string[]): [Uint8Array, Uint8Array][] {
  const pairs: [Uint8Array, Uint8Array][] = [];
  for (let i = 0; i < words.length; i += 2) pairs.push([encodeText(words[i]!), encodeText(words[i + 1]!)]);
  return pairs;
}

function get(config: Config, ...patterns: string[]): string[][] {
  return config.get(patterns.map(encodeText)).map((pair) => pair.map(decodeText));
}

function failure(name: string, reason: string): string {
  return `ERR CONFIG SET failed (possibly related to argument '${name}') - ${reason}`;
}

describe('CONFIG SET, one directive', () => {
  for (const { directives, replies } of recording.groups) {
    for (const name of directives.filter((each) => !ELSEWHERE.has(each))) {
      test(`${name} takes and refuses the values that the reference takes and refuses`, () => {
        const got: Record<string, unknown> = {};
        const wanted: Record<string, unknown> = {};
        for (const [reply, indices] of Object.entries(replies)) {
          for (const index of indices) {
            const value = recording.values[index]!;
            const config = new Config();
            const error = set(config, name, value);
            const shown = get(config, name)[0]?.[1];
            got[value] = error ?? shown;
            wanted[value] = reply === '+' ? shown : reply === '=' ? value : expected(reply, name);
          }
        }
        expect(got).toEqual(wanted);
      });
    }
  }
});

function expected(reply: string, name: string): string {
  const text = reply.slice(1).replaceAll('<name>', name);
  return reply.startsWith('!') ? failure(name, text) : text;
}

describe('CONFIG SET, several directives', () => {
  test('CONFIG SET sets all of them', () => {
    const config = new Config();
    expect(set(config, 'maxmemory', '5mb', 'HZ', '20', 'save', '10 1 5 2')).toBeNull();
    expect([config.maxmemory, config.hz]).toEqual([5 * 1024 ** 2, 20]);
    expect(config.save).toEqual([
      { seconds: 10, changes: 1 },
      { seconds: 5, changes: 2 },
    ]);
  });

  test('CONFIG SET sets none when a value is refused', () => {
    const config = new Config();
    const before = get(config, '*');
    expect(set(config, 'maxmemory', '5mb', 'save', '1 2', 'hz', 'abc', 'timeout', '1')).toBe(
      failure('hz', "argument couldn't be parsed into an integer"),
    );
    expect(get(config, '*')).toEqual(before);
  });

  test('CONFIG SET checks all names before any value', () => {
    const config = new Config();
    const unknown = (name: string) => `ERR Unknown option or number of arguments for CONFIG SET - '${name}'`;
    expect(set(config, 'hz', 'abc', 'foo', '1')).toBe(unknown('foo'));
    expect(set(config, 'Foo', '1', 'bar', '2')).toBe(unknown('Foo'));
    expect(set(config, 'port', 'abc', 'daemonize', 'yes')).toBe(failure('daemonize', "can't set immutable config"));
    expect(set(config, 'daemonize', 'no', 'foo', '1')).toBe(failure('daemonize', "can't set immutable config"));
    expect(config.port).toBe(6379);
  });

  test('CONFIG SET refuses a name that is given twice, in any case', () => {
    expect(set(new Config(), 'MAXMEMORY', '5mb', 'maxmemory', '1')).toBe(failure('maxmemory', 'duplicate parameter'));
  });

  test('CONFIG SET takes a name and its alias in one call, and the last one wins', () => {
    const config = new Config();
    expect(set(config, 'slave-priority', '1', 'replica-priority', '2')).toBeNull();
    expect(config.replicaPriority).toBe(2);
  });

  test('CONFIG SET names the alias in its refusal when the alias was used', () => {
    expect(set(new Config(), 'SLAVE-priority', 'abc')).toBe(
      failure('slave-priority', "argument couldn't be parsed into an integer"),
    );
  });
});

describe('CONFIG SET and who asks', () => {
  test('CONFIG SET refuses protected directives unless they are enabled for the client', () => {
    const refusal = failure('dbfilename', "can't set protected config");
    const change = ['dbfilename', 'x.rdb'];
    const enabled = (value: string) => Config.fromSources({ overrides: { enableProtectedConfigs: value } });
    expect(set(enabled('no'), ...change)).toBe(refusal);
    expect(setFrom(enabled('no'), { local: true }, ...change)).toBe(refusal);
    expect(setFrom(enabled('local'), { local: false }, ...change)).toBe(refusal);
    expect(setFrom(enabled('local'), { local: true }, ...change)).toBeNull();
    expect(set(enabled('yes'), ...change)).toBeNull();
    expect(set(enabled('yes'), 'dbfilename', 'a/b')).toBe(
      failure('dbfilename', "dbfilename can't be a path, just a filename"),
    );
    expect(set(enabled('yes'), 'dir', '/nonexistent')).toBe(failure('dir', 'No such file or directory'));
  });

  test('CONFIG SET refuses some directives while a dataset is loaded', () => {
    const loading = { loading: true };
    expect(setFrom(new Config(), loading, 'appendonly', 'yes')).toBe('LOADING Redis is loading the dataset in memory');
    expect(setFrom(new Config(), loading, 'hz', '20')).toBeNull();
  });
});

describe('CONFIG SET and its effects', () => {
  test('a hook runs once for all of its directives, after all values are set, and only for what changed', () => {
    const config = new Config();
    const seen: string[] = [];
    config.onApply(['port', 'bind'], (each) => {
      seen.push(`${each.port} ${each.bind.join(' ')} ${each.hz}`);
      return null;
    });
    expect(set(config, 'port', '7000', 'bind', '127.0.0.1', 'hz', '20')).toBeNull();
    expect(set(config, 'port', '7000', 'hz', '30')).toBeNull();
    expect(seen).toEqual(['7000 127.0.0.1 20']);
  });

  test('a hook that refuses brings all values back, runs again with them, and names its directive', () => {
    const config = new Config();
    const seen: number[] = [];
    config.onApply(['port'], (each) => {
      seen.push(each.port);
      return each.port === 7000 ? 'Unable to listen on this port. Check server logs.' : null;
    });
    expect(set(config, 'maxmemory', '18446744073709551615', 'port', '7000')).toBe(
      failure('port', 'Unable to listen on this port. Check server logs.'),
    );
    expect(seen).toEqual([7000, 6379]);
    expect(get(config, 'maxmemory', 'port')).toEqual([
      ['maxmemory', '0'],
      ['port', '6379'],
    ]);
  });

  test('several hooks of one directive run in the order of their registration, up to the one that refuses', () => {
    const config = new Config();
    const seen: string[] = [];
    for (const [name, result] of Object.entries({ a: null, b: 'no', c: null })) {
      config.onApply(['hz'], ({ hz }) => {
        seen.push(`${name} ${hz}`);
        return hz === 20 ? result : null;
      });
    }
    expect(set(config, 'hz', '20')).toBe(failure('hz', 'no'));
    expect(seen).toEqual(['a 20', 'b 20', 'a 10', 'b 10']);
  });

  test('a refusal without a reason leaves the reason out', () => {
    const config = new Config();
    config.onApply(['hz'], () => '');
    expect(set(config, 'hz', '20')).toBe("ERR CONFIG SET failed (possibly related to argument 'hz')");
  });

  test('a hook that has to wait makes CONFIG SET wait, and the next one behind it', async () => {
    const config = new Config();
    const seen: string[] = [];
    config.onApply(['port'], async (each) => {
      seen.push(`begin ${each.port}`);
      await Promise.resolve();
      seen.push(`end ${each.port}`);
      return each.port === 7000 ? 'busy' : null;
    });
    const first = set(config, 'port', '7000', 'hz', '20');
    const second = set(config, 'port', '8000');
    expect(first).toBeInstanceOf(Promise);
    expect(await Promise.all([first, second])).toEqual([failure('port', 'busy'), null]);
    expect(seen).toEqual(['begin 7000', 'end 7000', 'begin 6379', 'end 6379', 'begin 8000', 'end 8000']);
    expect([config.port, config.hz]).toEqual([8000, 10]);
    expect(set(config, 'hz', '30')).toBeNull();
  });
});

describe('CONFIG GET', () => {
  const config = new Config();
  test('CONFIG GET echoes a plain name as it was typed, once', () => {
    expect(get(config, 'REPLICA-PRIORITY', 'replica-priority', 'Replica*priority')).toEqual([
      ['REPLICA-PRIORITY', '100'],
    ]);
  });
  test('CONFIG GET matches patterns in any case, and aliases on their own', () => {
    expect(get(config, 'S?VE', 'slave-PRI*', 'list-max-*').map(([name]) => name)).toEqual([
      'save',
      'slave-priority',
      'list-max-listpack-size',
      'list-max-ziplist-size',
    ]);
  });
  test('CONFIG GET finds hidden directives by their exact name only', () => {
    expect(get(config, 'use-exit*', 'watchdog*')).toEqual([]);
    expect(get(config, 'use-exit-on-panic')).toEqual([['use-exit-on-panic', 'no']]);
  });
  test('CONFIG GET knows no file directives and no unknown names', () => {
    expect(get(config, 'rename-command', 'include', 'user', 'nonsense', '', '\\save')).toEqual([]);
  });
  test('CONFIG GET gives back any bytes that were set', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const name = encodeText('requirepass');
    expect(config.set([[name, bytes]])).toBeNull();
    expect(config.get([name])).toEqual([[name, bytes]]);
  });
  test('CONFIG GET shows integers beyond 2^53 exactly', () => {
    expect(set(config, 'maxmemory', '18446744073709551615', 'proto-max-bulk-len', '9223372036854775807')).toBeNull();
    expect(get(config, 'maxmemory', 'proto-max-bulk-len').map(([, value]) => value)).toEqual([
      '18446744073709551615',
      '9223372036854775807',
    ]);
  });
});

describe('values with a grammar of their own', () => {
  /** The value shown after setting it, or the reason of the refusal. */
  function shown(name: string, value: string): string | undefined {
    const config = new Config();
    const error = set(config, name, value);
    return typeof error === 'string' ? `!${error.split(' - ')[1]}` : get(config, name)[0]?.[1];
  }
  const cases: readonly (readonly [name: string, value: string, shown: string])[] = [
    ['notify-keyspace-events', 'KEA', 'AKE'],
    ['notify-keyspace-events', 'Kg$', 'g$K'],
    ['notify-keyspace-events', 'Kn', 'nK'],
    ['notify-keyspace-events', 'KAn', 'AK'],
    ['notify-keyspace-events', 'E$lshzxetdnm', '$lshzxetdnEm'],
    ['notify-keyspace-events', 'KEg$lshzxetd', 'AKE'],
    ['notify-keyspace-events', 'K ', "!Invalid event class character. Use 'Ag$lshzxeKEtmdn'."],
    ['latency-tracking-info-percentiles', '99.9999999 1e1 0x10 12.3456789', '100 10 16 12.345679'],
    ['latency-tracking-info-percentiles', '-0 0.00001', '-0 0.00001'],
    ['latency-tracking-info-percentiles', 'nan', '!Invalid latency-tracking-info-percentiles parameters'],
    [
      'latency-tracking-info-percentiles',
      'inf',
      '!latency-tracking-info-percentiles parameters should sit between [0.0,100.0]',
    ],
    ['latency-tracking-info-percentiles', '50  60', '!Invalid latency-tracking-info-percentiles parameters'],
    ['save', '99999999999999999999 1', '9223372036854775807 1'],
    ['save', '3600 99999999999', '3600 1215752191'],
    ['save', '+8 01', '8 1'],
    ['save', '1  2', '!Invalid save parameters'],
    ['save', '1\t2', '!Invalid save parameters'],
    [
      'client-output-buffer-limit',
      'NORMAL 1k 2 3',
      'normal 1000 2 3 slave 268435456 67108864 60 pubsub 33554432 8388608 60',
    ],
    [
      'client-output-buffer-limit',
      'normal 1 2 3 normal 4 5 6',
      'normal 4 5 6 slave 268435456 67108864 60 pubsub 33554432 8388608 60',
    ],
    ['client-output-buffer-limit', 'normal 1 2', '!Wrong number of arguments in buffer limit configuration.'],
    ['client-output-buffer-limit', 'master 1 2 3', '!Invalid client class specified in buffer limit configuration.'],
    [
      'client-output-buffer-limit',
      'normal 1 2 3x',
      '!Error in hard, soft or soft_seconds setting in buffer limit configuration.',
    ],
    [
      'client-output-buffer-limit',
      'normal 1 -2 3',
      '!Error in hard, soft or soft_seconds setting in buffer limit configuration.',
    ],
    ['oom-score-adj-values', '-2000 0 2000', '-2000 0 2000'],
    ['oom-score-adj-values', '1 2 2001', '!Invalid oom-score-adj-values, elements must be between -2000 and 2000.'],
    ['shutdown-on-sigterm', 'now SAVE now', 'save now'],
    ['shutdown-on-sigterm', 'default save', 'save'],
    ['shutdown-on-sigterm', 'save nosave', "!shutdown options SAVE and NOSAVE can't be used simultaneously"],
    ['shutdown-on-sigterm', 'now ', '!argument(s) must be one of the following: default, save, nosave, now, force'],
    ['bind', '127.0.0.1 -::1', '127.0.0.1 -::1'],
    ['bind', '', ''],
    ['bind', Array(17).fill('::1').join(' '), '!Too many bind addresses specified.'],
    ['proc-title-template', '{title}', '!template format is invalid or contains unknown variables'],
    ['proc-title-template', '{port', '!template format is invalid or contains unknown variables'],
    ['proc-title-template', '{PORT}', '!template format is invalid or contains unknown variables'],
    ['proc-title-template', '{{title}', '{{title}'],
    ['proc-title-template', 'a }b', 'a }b'],
    ['maxmemory-clients', '100%', '100%'],
    ['maxmemory-clients', '0%', '0'],
    ['maxmemory-clients', '05%', '!argument must be a memory or percent value'],
    ['cluster-announce-hostname', 'a'.repeat(256), '!Hostnames must be less than 256 characters'],
    ['loglevel', 'Nothing', 'nothing'],
  ];
  for (const [name, value, wanted] of cases) {
    test(`CONFIG SET ${name} ${JSON.stringify(value).slice(0, 60)} shows or says ${wanted.slice(0, 60)}`, () => {
      expect(shown(name, value)).toBe(wanted);
    });
  }
});
