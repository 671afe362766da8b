/**
 * The record of what the tests cover: for each server and command, the tokens that were sent and the errors that came
 * back. Each worker process adds to memory and writes one file when it ends; `test/command-coverage` reads them all.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Arg, type Reply, RespError } from './wire.js';

/** What was seen of one command on one server. */
export interface CommandRecord {
  /** Arguments that look like tokens of a syntax line, in upper case. */
  readonly tokens: Set<string>;
  /** Error replies, whole. */
  readonly errors: Set<string>;
  /** How often it was sent. */
  sentCount: number;
}

/** Where the records of this run go; global-setup.ts sets it, and without it nothing is written. */
export const RECORD_FOLDER_VARIABLE = 'REDSTART_COMMAND_RECORDS';

/** Set for a run of all tests. */
export const WHOLE_RUN_VARIABLE = 'REDSTART_WHOLE_RUN';

/** Holds a folder of records for each of the last runs. */
export const RECORDS = resolve(import.meta.dirname, '../../.build/command-records');

/** Longest argument that may be a token. */
const TOKEN_LENGTH = 24;

const records = new Map<string, CommandRecord>();
let writesAtExit = false;

/** Notes a command that was sent to the server `target` and its reply. */
export function recordReply(target: string, args: readonly Arg[], reply: Reply): void {
  if (process.env[RECORD_FOLDER_VARIABLE] === undefined || args.length === 0) return;
  if (!writesAtExit) {
    writesAtExit = true;
    process.once('exit', flushRecords);
  }
  const command = String(args[0]).toLowerCase();
  const names = [`${target} ${command}`];
  // The second word may be a subcommand: both readings are kept, the table decides which one exists.
  if (typeof args[1] === 'string' && isToken(args[1])) names.push(`${target} ${command}|${args[1].toLowerCase()}`);
  for (const name of names) {
    let record = records.get(name);
    if (record === undefined) {
      record = { tokens: new Set(), errors: new Set(), sentCount: 0 };
      records.set(name, record);
    }
    record.sentCount++;
    for (let i = 1; i < args.length; i++) {
      const arg = args[i];
      if (typeof arg === 'string' && isToken(arg)) record.tokens.add(arg.toUpperCase());
    }
    if (reply.value instanceof RespError) record.errors.add(reply.value.message);
  }
}

/** Writes the records of this process into the folder of the run, replacing what it wrote before. */
export function flushRecords(): void {
  const folder = process.env[RECORD_FOLDER_VARIABLE];
  if (folder === undefined || records.size === 0) return;
  mkdirSync(folder, { recursive: true });
  const lines: string[] = [];
  for (const [name, record] of records) {
    lines.push(JSON.stringify([name, record.sentCount, [...record.tokens], [...record.errors]]));
  }
  writeFileSync(join(folder, `${process.pid}-${startedAt}.jsonl`), `${lines.join('\n')}\n`);
}

/**
 * What all processes of a run recorded, merged with what `merged` holds already. Keys are `<target> <command>` and
 * `<target> <container>|<subcommand>`.
 */
export function readRecords(folder: string, merged = new Map<string, CommandRecord>()): Map<string, CommandRecord> {
  for (const file of readdirSync(folder)) {
    for (const line of readFileSync(join(folder, file), 'utf8').trimEnd().split('\n')) {
      const [name, sentCount, tokens, errors] = JSON.parse(line) as [string, number, string[], string[]];
      const record = merged.get(name) ?? { tokens: new Set(), errors: new Set(), sentCount: 0 };
      record.sentCount += sentCount;
      for (const token of tokens) record.tokens.add(token);
      for (const error of errors) record.errors.add(error);
      merged.set(name, record);
    }
  }
  return merged;
}

/** Tells this module's instances apart: each test file has its own, several may share a process id. */
const startedAt = process.hrtime.bigint().toString(36);

function isToken(text: string): boolean {
  return text.length <= TOKEN_LENGTH && /^[A-Za-z*=~<>$+-][\w*=~<>$+-]*$/.test(text);
}
