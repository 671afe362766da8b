/**
 * What the tests have covered, read from what they recorded: for each command of the table the tokens of its syntax
 * that were sent to each server, and for each text of errors.ts whether that error came back from it.
 */
import * as errors from '../../src/commands/errors.js';
import { createFullCommandTable } from '../../src/commands/families/index.js';
import { type Argument, parseSyntax } from '../../src/commands/syntax.js';
import type { ErrorReply } from '../../src/resp/index.js';
import type { CommandRecord } from '../support/recorder.js';

/** What was recorded, by `<server> <command>`: see recorder.ts. */
type Records = ReadonlyMap<string, CommandRecord>;

const SERVERS = ['redstart', 'reference'] as const;
type Server = (typeof SERVERS)[number];

/** The reference's version: what came later is asked of redstart alone. */
const REFERENCE_VERSION = [7, 0, 15];

/** Stands in a text of errors.ts for a part that varies. */
const VARIABLE = '\x01';

/** How many commands and subcommands are asked for, and how many errors. */
export function totals(): { readonly commands: number; readonly errors: number } {
  return { commands: [...commandsWithTokens('redstart')].length, errors: Object.keys(errors).length };
}

/** Each gap as `<server> <command>` (never sent) or `<server> <command> <token>` (sent without this token). */
export function commandGaps(records: Records): string[] {
  return SERVERS.flatMap((server) =>
    [...commandsWithTokens(server)].flatMap(([name, tokens]) => {
      const record = records.get(`${server} ${name}`);
      if (record === undefined) return [`${server} ${name}`];
      return tokens.filter((token) => !record.tokens.has(token)).map((token) => `${server} ${name} ${token}`);
    }),
  );
}

/** Each gap as `<server> <name in errors.ts>`. */
export function errorGaps(records: Records): string[] {
  return SERVERS.flatMap((server) => {
    const seen = new Set<string>();
    for (const [name, record] of records) {
      if (name.startsWith(`${server} `)) for (const message of record.errors) seen.add(message);
    }
    const messages = [...seen];
    return Object.entries(errors)
      .filter(([, each]) => !messages.some((message) => isThis(each, message)))
      .map(([name]) => `${server} ${name}`);
  });
}

/**
 * Commands and subcommands (as `container|name`) that the server has, with the tokens of their syntax in upper case.
 */
function* commandsWithTokens(server: Server): Generator<[name: string, tokens: string[]]> {
  for (const { name, spec, subcommands } of createFullCommandTable().all) {
    if (subcommands !== null || !isThere(server, spec.since)) continue;
    yield [name, [...new Set(tokensOf(server, parseSyntax(spec.syntax ?? '')))]];
  }
}

function tokensOf(server: Server, list: readonly Argument[]): string[] {
  return list
    .filter(({ since }) => isThere(server, since))
    .flatMap((argument) => [
      ...(argument.token === null || argument.token === '' ? [] : [argument.token.toUpperCase()]),
      ...tokensOf(server, argument.arguments),
    ]);
}

/** Whether the server has what came with version `since`; '' for what was there from the beginning. */
function isThere(server: Server, since: string): boolean {
  if (server === 'redstart' || since === '') return true;
  const parts = since.split('.').map(Number);
  for (const [i, most] of REFERENCE_VERSION.entries()) if (parts[i] !== most) return parts[i]! < most;
  return true;
}

/** Whether a message is this error, or one that this function words. */
function isThis(each: ErrorReply | ((...parts: never[]) => ErrorReply), message: string): boolean {
  if (typeof each !== 'function') return each.text === message;
  const parts = Array.from({ length: each.length }, () => VARIABLE) as never[]; // all of them are put into the text
  const pattern = each(...parts)
    .text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll(VARIABLE, '[^]*');
  return new RegExp(`^${pattern}$`).test(message);
}
