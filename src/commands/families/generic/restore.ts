/** RESTORE: a key with the value of a payload that DUMP made, here or in Redis. */
import { type Entry, NONE } from '../../../keyspace/record.js';
import { ErrorReply, token } from '../../../resp/index.js';
import type { CommandContext } from '../../context.js';
import {
  BUSYKEY,
  ERR_BAD_DATA,
  ERR_NOT_INTEGER,
  ERR_PAYLOAD,
  ERR_RESTORE_FREQ,
  ERR_RESTORE_IDLETIME,
  ERR_RESTORE_TTL,
  ERR_SYNTAX,
} from '../../errors.js';
import { NOTIFY_GENERIC } from '../../events.js';
import { addExpireAt, dropKey } from '../../expire-time.js';
import { READ_NOTHING, READ_STRING } from '../../payloads.js';

const ABSTTL = token('absttl');
const FREQ = token('freq');
const IDLETIME = token('idletime');
const REPLACE = token('replace');

const KEY = 1;
const TTL = 2;
const PAYLOAD = 3;
const FIRST_OPTION = 4;
const MAX_FREQUENCY = 255;
/** An option that was not given. */
const NOT_GIVEN = -1;

/** What is asked for besides key, time to live and payload. One a call. */
interface RestoreOptions {
  replace: boolean;
  absolute: boolean;
  idleSeconds: number;
  frequency: number;
}

/** Redis' order: options, whether the key is there, the time to live, checksum and version, the value. */
export function restore(c: CommandContext): void {
  const { argv, db, keyspace, nowMs, payloads, reply } = c;
  const options = parseOptions(c);
  if (options instanceof ErrorReply) return reply.error(options);
  // What is replaced goes as it is, be its time over or not: as in Redis, nobody hears that it expired.
  const old = options.replace ? db.findKept(argv, KEY) : db.lookupWrite(argv, KEY);
  if (old !== NONE && !options.replace) return reply.error(BUSYKEY);
  const ttl = argv.int(TTL);
  if (Number.isNaN(ttl)) return reply.error(ERR_NOT_INTEGER);
  if (ttl < 0) return reply.error(ERR_RESTORE_TTL);
  if (!payloads.isWhole(argv, PAYLOAD)) return reply.error(ERR_PAYLOAD);
  const value = payloads.read(keyspace, argv, PAYLOAD);
  if (value === READ_NOTHING) return reply.error(ERR_BAD_DATA);

  const expireAt = ttl === 0 || options.absolute ? ttl : nowMs + ttl;
  if (ttl !== 0 && expireAt < nowMs) {
    if (old !== NONE) dropKey(c, c.config.lazyfreeLazyServerDel);
  } else {
    place(c, value, old, expireAt, options);
    if (ttl !== 0 && !options.absolute) propagateAbsolute(c, expireAt);
    c.keyChanged(KEY);
    c.notify(NOTIFY_GENERIC, 'restore', KEY);
  }
  payloads.release();
  reply.ok();
}

/** The options, or why they are none. */
function parseOptions({ argv }: CommandContext): RestoreOptions | ErrorReply {
  const options: RestoreOptions = { replace: false, absolute: false, idleSeconds: NOT_GIVEN, frequency: NOT_GIVEN };
  for (let i = FIRST_OPTION; i < argv.count; i++) {
    const hasValue = i + 1 < argv.count;
    if (argv.is(i, REPLACE)) options.replace = true;
    else if (argv.is(i, ABSTTL)) options.absolute = true;
    else if (argv.is(i, IDLETIME) && hasValue && options.frequency === NOT_GIVEN) {
      options.idleSeconds = argv.int(++i);
      if (Number.isNaN(options.idleSeconds)) return ERR_NOT_INTEGER;
      if (options.idleSeconds < 0) return ERR_RESTORE_IDLETIME;
    } else if (argv.is(i, FREQ) && hasValue && options.idleSeconds === NOT_GIVEN) {
      options.frequency = argv.int(++i);
      if (Number.isNaN(options.frequency)) return ERR_NOT_INTEGER;
      if (options.frequency < 0 || options.frequency > MAX_FREQUENCY) return ERR_RESTORE_FREQ;
    } else return ERR_SYNTAX;
  }
  return options;
}

/** Lets the key hold the value. What it held goes, and who waits for the key hears of it as of a new one. */
function place(c: CommandContext, value: number, old: Entry, expireAt: number, options: RestoreOptions): void {
  const { argv, db, keyspace, payloads } = c;
  const { stringBytes, stringView, stringFrom, stringLength } = payloads.input;
  const wasLive = old !== NONE && !db.isExpired(old);
  if (old !== NONE && !wasLive) db.deleteEntry(old);
  let entry =
    value === READ_STRING
      ? db.setString(argv, KEY, stringBytes, stringView, stringFrom, stringLength, false, expireAt !== 0)
      : db.adopt(argv, KEY, value);
  if (expireAt !== 0) entry = db.setExpire(entry, expireAt);
  db.renewClock(entry);
  if (options.frequency !== NOT_GIVEN) db.setFrequency(entry, options.frequency);
  if (options.idleSeconds !== NOT_GIVEN) db.setIdle(entry, options.idleSeconds);
  if (wasLive) keyspace.hooks.created(db, argv, KEY);
}

/** A time to live that counts from now would begin later where the command arrives. */
function propagateAbsolute(c: CommandContext, expireAt: number): void {
  const { argv } = c;
  const builder = c.propagateInstead().borrow(argv, 0).borrow(argv, KEY);
  addExpireAt(builder, expireAt);
  for (let i = PAYLOAD; i < argv.count; i++) builder.borrow(argv, i);
  builder.text('ABSTTL');
}
