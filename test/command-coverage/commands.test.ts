/**
 * What the tests cover of the command table, read from what they recorded while they ran. In a run of all tests every
 * command must have been sent at least once to both servers. `npm run coverage:commands` shows for the last such run
 * which tokens of the syntax no test has sent.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type RespValue,
  type RunningServer,
  referenceAvailable,
  startRedstart,
  startReference,
} from '../support/index.js';
import {
  type CommandRecord,
  RECORD_FOLDER_VARIABLE,
  RECORDS,
  readRecords,
  WHOLE_RUN_VARIABLE,
} from '../support/recorder.js';

/** A command, or a subcommand as `container|name`, with the tokens of its syntax. */
type Table = Map<string, Set<string>>;

const isWholeRun = process.env[WHOLE_RUN_VARIABLE] === '1' && process.env['REDSTART_TEST_TARGET'] === undefined;

let servers: RunningServer[] = [];
let table: Table;
let referenceTable: Table;

beforeAll(async () => {
  servers = [await startRedstart(), ...(referenceAvailable ? [await startReference()] : [])];
  table = await readTable(servers[0]!);
  referenceTable = servers[1] === undefined ? new Map() : await readTable(servers[1]);
});

afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
});

if (isWholeRun) test('every command of the table was sent to redstart and to the reference', checkAllSent);
else test('the report lists the commands with tokens that no test has sent', printReport);

function checkAllSent(): void {
  const records = readRecords(process.env[RECORD_FOLDER_VARIABLE]!);
  const unsent: string[] = [];
  for (const name of table.keys()) {
    if (!records.has(`redstart ${name}`)) unsent.push(`${name} (redstart)`);
    if (referenceTable.has(name) && !records.has(`reference ${name}`)) unsent.push(`${name} (reference)`);
  }
  expect(unsent).toEqual([]);
}

function printReport(): void {
  const folder = lastRun();
  const records = folder === null ? new Map<string, CommandRecord>() : readRecords(folder);
  const lines: string[] = [];
  for (const [name, tokens] of table) {
    const gaps = [
      gap('redstart', name, tokens, records),
      referenceTable.has(name) ? gap('reference', name, tokens, records) : '',
    ].filter((text) => text !== '');
    if (gaps.length > 0) lines.push(`  ${name}: ${gaps.join('; ')}`);
  }
  console.log(
    `${folder ?? 'no run of all tests is recorded'}\n` +
      `${table.size - lines.length} of ${table.size} commands had every token sent to both servers\n${lines.join('\n')}`,
  );
}

function gap(target: string, name: string, tokens: Set<string>, records: Map<string, CommandRecord>): string {
  const record = records.get(`${target} ${name}`);
  if (record === undefined) return `never sent to ${target}`;
  const missing = [...tokens].filter((token) => !record.tokens.has(token));
  return missing.length === 0 ? '' : `${target} never got ${missing.join(' ')}`;
}

/** The newest record of a run of all tests; else the newest of any run that is not this one. */
function lastRun(): string | null {
  const runs = readdirSync(RECORDS)
    .map((name) => join(RECORDS, name))
    .filter((folder) => folder !== process.env[RECORD_FOLDER_VARIABLE] && readdirSync(folder).length > 0)
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs);
  return runs.find((folder) => folder.includes('whole-')) ?? runs[0] ?? null;
}

/** All commands that a server has, subcommands in place of their container, with the tokens that it documents. */
async function readTable(server: RunningServer): Promise<Table> {
  const client = await server.connect();
  try {
    await client.hello(3);
    const found: Table = new Map();
    const documents = (await client.command('COMMAND DOCS')).value as Map<string, RespValue>;
    for (const entry of (await client.command('COMMAND')).value as RespValue[][]) {
      const name = String(entry[0]);
      const document = documents.get(name) as Map<string, RespValue> | undefined;
      const subcommands = [...((entry[9] ?? []) as Iterable<RespValue[]>)];
      if (subcommands.length === 0) found.set(name, tokensOf(document));
      const subDocuments = document?.get('subcommands') as Map<string, RespValue> | undefined;
      for (const subcommand of subcommands) {
        const subName = String(subcommand[0]);
        found.set(subName, tokensOf(subDocuments?.get(subName) as Map<string, RespValue> | undefined));
      }
    }
    return found;
  } finally {
    await client.close();
  }
}

function tokensOf(document: Map<string, RespValue> | undefined, tokens = new Set<string>()): Set<string> {
  for (const argument of (document?.get('arguments') ?? []) as Map<string, RespValue>[]) {
    const token = argument.get('token');
    if (typeof token === 'string' && token !== '""') tokens.add(token.toUpperCase());
    tokensOf(argument, tokens);
  }
  return tokens;
}
