/** DEBUG subcommands that act on the server rather than on data: time, log, configuration, propagation. */
import { CommandBuilder, error } from '../../../../resp/index.js';
import { globMatch } from '../../../../util/glob.js';
import type { CommandContext } from '../../../context.js';
import { ERR_MALLCTL, ERR_NOT_INTEGER, errRewriteForceAll } from '../../../errors.js';

/** Rounds of STRINGMATCH-TEST: some tenths of a second. */
const MATCH_ROUNDS = 100_000;
const MATCH_BYTES = 32;
/** The system's answer for a path that is none. */
const NO_PATH = 'Bad address';

/** Nothing at all happens meanwhile: no other client, no timer. What is no number, or no time that ends, is 0. */
export function sleep(c: CommandContext): void {
  const seconds = Number.parseFloat(c.argv.text(2));
  const ms = Number.isFinite(seconds) ? Math.max(0, seconds * 1000) : 0;
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  c.reply.ok();
}

export function setActiveExpire(c: CommandContext): void {
  c.keyspace.activeExpire = isSwitchedOn(c);
  c.reply.ok();
}

export function setSkipChecksumValidation(c: CommandContext): void {
  c.payloads.verifiesChecksums = !isSwitchedOn(c);
  c.reply.ok();
}

export function pauseCron(c: CommandContext): void {
  c.ports.lifecycle.pauseCron(isSwitchedOn(c));
  c.reply.ok();
}

/** Nothing to switch: an index is never resized as a whole. */
export function dictResizing(c: CommandContext): void {
  c.reply.ok();
}

/** Whether the argument begins with a number other than 0. */
function isSwitchedOn(c: CommandContext): boolean {
  const value = Number.parseInt(c.argv.text(2), 10);
  return !Number.isNaN(value) && value !== 0;
}

export function debugLog(c: CommandContext): void {
  c.ports.log.warning(`DEBUG LOG: ${c.argv.text(2)}`);
  c.reply.ok();
}

/** Not counted as an error: nothing went wrong. */
export function debugError(c: CommandContext): void {
  c.reply.raw(error(c.argv.text(2)).bytes);
}

/** The allocator has no settings; still a value must be one. */
export function mallctl({ argv, reply }: CommandContext): void {
  reply.error(argv.count > 3 && Number.isNaN(argv.int(3)) ? ERR_NOT_INTEGER : ERR_MALLCTL);
}

export function mallctlStr({ reply }: CommandContext): void {
  reply.error(ERR_MALLCTL);
}

export function changeReplId(c: CommandContext): void {
  c.ports.log.notice('Changing replication IDs after receiving DEBUG change-repl-id');
  c.ports.status.changeReplicationId();
  c.reply.ok();
}

/** Without a file Redis reports what the system answers for a path that is none. */
export function configRewriteForceAll(c: CommandContext): void {
  const { config, reply } = c;
  const reason = config.configFile === null ? NO_PATH : config.rewrite(true);
  if (reason === null) reply.ok();
  else reply.error(errRewriteForceAll(reason));
}

/** What is propagated has not run here: the data of whoever follows differs from now on. */
export function replicate(c: CommandContext): void {
  c.feed.append(c.db.number, new CommandBuilder().argsFrom(c.argv, 2));
  c.reply.ok();
}

/** Patterns and texts of a few bytes that are often special, so that all of the matcher is reached. */
export function stringmatchTest(c: CommandContext): void {
  const alphabet = Buffer.from('*?[]^-\\abc');
  const pattern = Buffer.alloc(MATCH_BYTES);
  const text = Buffer.alloc(MATCH_BYTES);
  for (let round = 0; round < MATCH_ROUNDS; round++) {
    const patternLength = c.random.below(MATCH_BYTES);
    const textLength = c.random.below(MATCH_BYTES);
    for (let i = 0; i < patternLength; i++) pattern[i] = alphabet[c.random.below(alphabet.length)]!;
    for (let i = 0; i < textLength; i++) text[i] = alphabet[c.random.below(alphabet.length)]!;
    globMatch(pattern.subarray(0, patternLength), text.subarray(0, textLength), round % 2 === 0);
  }
  c.reply.simple('Apparently Redis did not crash: test passed');
}
