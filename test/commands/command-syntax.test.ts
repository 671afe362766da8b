/** The two small languages of the command table, proven on every command of Redis 7.4.1. */
import { describe, expect, test } from 'vitest';
import { parseKeySpec } from '../../src/commands/key-specs.js';
import { parseSyntax, renderSyntax } from '../../src/commands/syntax.js';
import {
  RECORDED_BY_NAME,
  recordedArgument,
  recordedKeySpec,
  toKeySpecLine,
  toSyntaxLine,
} from '../compat/recorded-commands.js';

const commands = [...RECORDED_BY_NAME.values()];

describe('a syntax line', () => {
  test('holds the argument tree of every command', () => {
    for (const command of commands) {
      const line = toSyntaxLine(command.arguments ?? []);
      expect(parseSyntax(line).map(recordedArgument), `${command.name}: ${line}`).toEqual(command.arguments ?? []);
    }
  });

  test('gives an argument another text for people', () => {
    expect(parseSyntax('old-format"ip:port"!2.8.12')[0]).toMatchObject({
      name: 'old-format',
      displayText: 'ip:port',
      deprecatedSince: '2.8.12',
    });
  });

  test('is printed as people write it', () => {
    const samples: readonly [string, string][] = [
      ['', ''],
      ['key@0 value', 'key value'],
      ['[c<NX | XX>] [GET^6.2.0]', '[NX | XX] [GET]'],
      ["[e<'EX' seconds:int | KEEPTTL>]", '[EX seconds | KEEPTTL]'],
      ['key@0...', 'key [key ...]'],
      ["['GET' p:pattern@1*...]", '[GET p [GET p ...]]'],
      ["['ID' client-id:int...]", '[ID client-id [client-id ...]]'],
      ['d{score:double member}...', 'score member [score member ...]'],
      ["['LIMIT' limit{offset:int count:int}]", '[LIMIT offset count]'],
      ['when<BEFORE | AFTER>', '<BEFORE | AFTER>'],
      ["['TYPE' t<NORMAL | PUBSUB>]", '[TYPE <NORMAL | PUBSUB>]'],
      ["s<key@0 | empty=''>", '<key | "">'],
    ];
    for (const [line, text] of samples) expect(renderSyntax(parseSyntax(line))).toBe(text);
  });

  test.each(['[key', 'key]', 'a<b', 'a<b |>', 'a{b', 'a}', "'EX'", "'EX' NX", 'key:float', 'key@', 'a^1', 'a=', '..a'])(
    'is refused when malformed: %s',
    (line) => {
      expect(() => parseSyntax(line)).toThrow('of the syntax line');
    },
  );
});

describe('a key spec line', () => {
  test('holds every key spec of every command', () => {
    for (const command of commands) {
      for (const spec of command.key_specs) {
        const line = toKeySpecLine(spec);
        expect(recordedKeySpec(parseKeySpec(line)), `${command.name}: ${line}`).toEqual(spec);
      }
    }
  });

  test('carries notes', () => {
    expect(parseKeySpec('1 RW access variable_flags -- reads as well with GET').notes).toBe('reads as well with GET');
    expect(parseKeySpec('1 RO').notes).toBe('');
  });

  test.each(['', '1', 'RO', '1 ro', '1 RO nosuch', '1.. RO', '1..2 RO', 'STORE RO', '?# RO', '1 RO --'])(
    'is refused when malformed: %s',
    (line) => {
      expect(() => parseKeySpec(line)).toThrow('key spec');
    },
  );
});
