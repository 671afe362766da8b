/** The subcommands of DEBUG: for testers and those who look for a fault, behind `enable-debug-command`. */
import type { CommandHandler } from '../../../spec.js';
import { crash, debugRestart, leak } from './crash.js';
import { digest, digestValue, htstats, htstatsKey, object, populate, sdslen, structsize } from './data.js';
import { listpack, quicklist, quicklistPackedThreshold } from './lists.js';
import { protocol } from './protocol.js';
import {
  changeReplId,
  configRewriteForceAll,
  debugError,
  debugLog,
  dictResizing,
  mallctl,
  mallctlStr,
  pauseCron,
  replicate,
  setActiveExpire,
  setSkipChecksumValidation,
  sleep,
  stringmatchTest,
} from './switches.js';

/** One subcommand. DEBUG is no container in the table: its subcommands have no entries of their own there. */
export interface DebugSubcommand {
  /** Upper case. */
  readonly name: string;
  /** Arguments after the name, for HELP. */
  readonly syntax: string;
  readonly summary: string;
  /** How many arguments there may be after the name. */
  readonly least: number;
  readonly most: number;
  readonly run: CommandHandler;
}

const ANY = Number.POSITIVE_INFINITY;

export const DEBUG_SUBCOMMANDS: readonly DebugSubcommand[] = [
  entry('ASSERT', '', 'Stops the server by a condition that does not hold.', 0, ANY, crash),
  entry('CHANGE-REPL-ID', '', 'Begins a new history of changes, under a new replication id.', 0, 0, changeReplId),
  entry(
    'CONFIG-REWRITE-FORCE-ALL',
    '',
    'Writes the configuration file with all directives, those at their default included.',
    0,
    0,
    configRewriteForceAll,
  ),
  entry('CRASH-AND-RECOVER', '[<milliseconds>]', 'Stops at once and starts again after a while.', 0, ANY, debugRestart),
  entry('DICT-RESIZING', '<0|1>', 'Has no effect: indexes grow by one line at a time.', 1, 1, dictResizing),
  entry('DIGEST', '', 'Shows a digest of all data, 0 when there is none.', 0, 0, digest),
  entry('DIGEST-VALUE', '<key> [<key> ...]', 'Shows a digest of the value of each key.', 0, ANY, digestValue),
  entry('ERROR', '<string>', 'Answers an error of this text.', 1, 1, debugError),
  entry('HTSTATS', '<dbid> [full]', 'Shows how the index of a database is filled.', 1, 2, htstats),
  entry('HTSTATS-KEY', '<key> [full]', 'The same for the hash table that is a value.', 1, 2, htstatsKey),
  entry('LEAK', '<string>', 'Loses as much memory as the string takes, until all data is flushed.', 1, 1, leak),
  entry('LISTPACK', '<key>', 'Logs how large the listpack is that a value is kept in.', 1, 1, listpack),
  entry('LOG', '<message>', 'Writes a line to the log of the server.', 1, 1, debugLog),
  entry('MALLCTL', '<key> [<val>]', 'Knows no key: the allocator has no settings.', 1, ANY, mallctl),
  entry('MALLCTL-STR', '<key> [<val>]', 'Knows no key: the allocator has no settings.', 1, ANY, mallctlStr),
  entry('OBJECT', '<key> [fast]', 'Shows how a value is kept, and since when it was not used.', 1, 2, object),
  entry('OOM', '', 'Stops the server as if its memory were full.', 0, ANY, crash),
  entry('PANIC', '', 'Stops the server as if it could not go on.', 0, ANY, crash),
  entry('PAUSE-CRON', '<0|1>', 'Stops and resumes what the server does by the clock.', 1, 1, pauseCron),
  entry(
    'POPULATE',
    '<count> [<prefix>] [<size>]',
    'Makes strings named <prefix>:<number> (key:<number>) where there are none, padded or cut to <size> bytes.',
    1,
    3,
    populate,
  ),
  entry(
    'PROTOCOL',
    '<type>',
    'Answers an example of a type: string, integer, double, bignum, null, array, set, map, attrib, push, verbatim, ' +
      'true or false.',
    1,
    1,
    protocol,
  ),
  entry('QUICKLIST', '<key> [<0|1>]', 'Logs of how many nodes a list consists, with 1 each of them.', 1, 2, quicklist),
  entry(
    'QUICKLIST-PACKED-THRESHOLD',
    '<size>',
    'Lets elements of so many bytes be nodes of their own, up to 4 GB; 0 for those that are larger than a node may be.',
    1,
    1,
    quicklistPackedThreshold,
  ),
  entry('REPLICATE', '<arg> [<arg> ...]', 'Propagates a command that does not run here.', 1, ANY, replicate),
  entry('RESTART', '[<milliseconds>]', 'Ends in order and starts again after a while.', 0, ANY, debugRestart),
  entry('SDSLEN', '<key>', 'Shows the lengths of a key and its string, and what is reserved.', 1, 1, sdslen),
  entry('SEGFAULT', '', 'Stops the server as if it had touched memory that is not its own.', 0, ANY, crash),
  entry(
    'SET-ACTIVE-EXPIRE',
    '<0|1>',
    'With 0, keys whose time is over go only when somebody asks for them.',
    1,
    1,
    setActiveExpire,
  ),
  entry(
    'SET-SKIP-CHECKSUM-VALIDATION',
    '<0|1>',
    'With 1, RESTORE takes payloads whose checksum is wrong.',
    1,
    1,
    setSkipChecksumValidation,
  ),
  entry('SLEEP', '<seconds>', 'Stands still for so long, with everybody waiting.', 1, 1, sleep),
  entry('STRINGMATCH-TEST', '', 'Tries the matching of patterns on random input.', 0, 0, stringmatchTest),
  entry('STRUCTSIZE', '', 'Shows how many bytes parts of a record take.', 0, 0, structsize),
];

/** Six parameters, so that the table above has a row for each subcommand. */
function entry(
  name: string,
  syntax: string,
  summary: string,
  least: number,
  most: number,
  run: CommandHandler,
): DebugSubcommand {
  return { name, syntax, summary, least, most, run };
}
