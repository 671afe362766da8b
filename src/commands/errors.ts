/**
 * Every error text that commands answer, byte for byte as Redis sends it, code word first.
 *
 * Texts that more than one family uses come first; then a block a family. Texts with a part that varies are functions.
 */
import { type ErrorReply, error } from '../resp/index.js';

export const WRONGTYPE = error('WRONGTYPE Operation against a key holding the wrong kind of value');
export const ERR_SYNTAX = error('ERR syntax error');
export const ERR_NO_SUCH_KEY = error('ERR no such key');
export const ERR_NOT_INTEGER = error('ERR value is not an integer or out of range');
export const ERR_NOT_FLOAT = error('ERR value is not a valid float');
export const ERR_OUT_OF_RANGE = error('ERR value is out of range');
export const ERR_MUST_BE_POSITIVE = error('ERR value is out of range, must be positive');
export const ERR_COUNT_POSITIVE = error('ERR count should be greater than 0');
export const ERR_INDEX_OUT_OF_RANGE = error('ERR index out of range');
export const ERR_SAME_OBJECT = error('ERR source and destination objects are the same');
export const ERR_DB_INDEX = error('ERR DB index is out of range');
export const ERR_TIMEOUT_NEGATIVE = error('ERR timeout is negative');
export const ERR_TIMEOUT_NOT_FLOAT = error('ERR timeout is not a float or out of range');
export const ERR_TIMEOUT_NOT_INTEGER = error('ERR timeout is not an integer or out of range');
export const ERR_TIMEOUT_RANGE = error('ERR timeout is out of range');
export const ERR_STRING_TOO_LONG = error('ERR string exceeds maximum allowed size (proto-max-bulk-len)');
export const ERR_INCREMENT_OVERFLOW = error('ERR increment or decrement would overflow');
export const ERR_OFFSET_RANGE = error('ERR offset is out of range');

// Refusals of the executor, before a command runs.
export const NOAUTH = error('NOAUTH Authentication required.');
export const NOPERM_COMMAND = (user: string, command: string): ErrorReply =>
  error(`NOPERM User ${user} has no permissions to run the '${command}' command`);
export const NOPERM_KEY = error('NOPERM No permissions to access a key');
export const NOPERM_CHANNEL = error('NOPERM No permissions to access a channel');
export const OOM = error("OOM command not allowed when used memory > 'maxmemory'.");
/** The system has no more memory. Redis has no words for this: it ends there. */
export const OOM_SYSTEM = error('OOM no memory left for this command');
export const ERR_NO_MULTI = error('ERR Command not allowed inside a transaction');
export const ERR_REPLICA_KEYSPACE = error("ERR Replica can't interact with the keyspace");
export const ERR_CLUSTER_DISABLED = error('ERR This instance has cluster support disabled');

/** `name` is the full name of the command, `config|get` for a subcommand. */
export const errWrongArity = (name: string): ErrorReply => error(`ERR wrong number of arguments for '${name}' command`);

/** `args` is the list as {@link unknownCommandArgs} words it. */
export const errUnknownCommand = (name: string, args: string): ErrorReply =>
  error(`ERR unknown command '${name}', with args beginning with: ${args}`);

/** `container` is what the client called it. */
export const errUnknownSubcommand = (name: string, container: string): ErrorReply =>
  error(`ERR unknown subcommand '${name}'. Try ${container.toUpperCase()} HELP.`);

/** See `subcommandSyntaxError` of command-text.ts. */
export const errSubcommandSyntax = (name: string, container: string): ErrorReply =>
  error(`ERR unknown subcommand or wrong number of arguments for '${name}'. Try ${container.toUpperCase()} HELP.`);

export const errNotAllowed = (command: string, directive: string): ErrorReply =>
  error(
    `ERR ${command} command not allowed. If the ${directive} option is set to "local", you can run it from a local ` +
      `connection, otherwise you need to set this option in the configuration file, and then restart the server.`,
  );

export const errInvalidExpire = (command: string): ErrorReply =>
  error(`ERR invalid expire time in '${command}' command`);

// bitmap
export const ERR_BIT = error('ERR bit is not an integer or out of range');
export const ERR_BIT_ARGUMENT = error('ERR The bit argument must be 1 or 0.');
export const ERR_BIT_OFFSET = error('ERR bit offset is not an integer or out of range');
export const ERR_BITFIELD_RO = error('ERR BITFIELD_RO only supports the GET subcommand');
export const ERR_BITFIELD_TYPE = error(
  'ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.',
);
export const ERR_BITOP_NOT = error('ERR BITOP NOT must be called with a single source key.');
export const ERR_OVERFLOW_TYPE = error('ERR Invalid OVERFLOW type specified');

// COMMAND
export const ERR_GETKEYS_ARGUMENTS = error('ERR Invalid arguments specified for command');
export const ERR_GETKEYS_COMMAND = error('ERR Invalid command specified');
export const ERR_GETKEYS_COUNT = error('ERR Invalid number of arguments specified for command');
export const ERR_GETKEYS_NO_KEYS = error('ERR The command has no key arguments');

// connection
export const ERR_AUTH_NO_PASSWORD = error(
  'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
);
export const ERR_CACHING_MODE = error(
  'ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled',
);
export const ERR_CACHING_NO = error('ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.');
export const ERR_CACHING_YES = error('ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.');
export const ERR_CLIENT_ID = error('ERR Invalid client ID');
export const ERR_CLIENT_ID_POSITIVE = error('ERR client-id should be greater than 0');
export const ERR_CLIENT_MAXAGE = error('ERR maxage is not an integer or out of range');
export const ERR_CLIENT_MAXAGE_POSITIVE = error('ERR maxage should be greater than 0');
export const ERR_CLIENT_NAME = error('ERR Client names cannot contain spaces, newlines or special characters.');
export const ERR_NO_SUCH_CLIENT = error('ERR No such client');
export const ERR_PAUSE_MODE = error('ERR CLIENT PAUSE mode must be WRITE or ALL');
export const ERR_PROTOCOL_VERSION = error('ERR Protocol version is not an integer or out of range');
export const ERR_TRACKING_BCAST_OPT = error('ERR OPTIN and OPTOUT are not compatible with BCAST');
export const ERR_TRACKING_OPT_BOTH = error("ERR You can't specify both OPTIN mode and OPTOUT mode");
export const ERR_TRACKING_PREFIX = error('ERR PREFIX option requires BCAST mode to be enabled');
export const ERR_TRACKING_REDIRECT = error('ERR The client ID you want redirect to does not exist');
export const ERR_TRACKING_REDIRECT_TWICE = error('ERR A client can only redirect to a single other client');
export const ERR_TRACKING_SWITCH_BCAST = error(
  "ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a " +
    'different mode.',
);
export const ERR_TRACKING_SWITCH_OPT = error(
  "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling it with a " +
    'different mode.',
);
export const ERR_UNBLOCK_REASON = error('ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR');
export const NOAUTH_HELLO = error(
  'NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO AUTH <user> <pass> ' +
    'option can be used to authenticate the client and select the RESP protocol version at the same time',
);
export const NOPROTO = error('NOPROTO unsupported protocol version');
export const UNBLOCKED = error('UNBLOCKED client unblocked via CLIENT UNBLOCK');
export const WRONGPASS = error('WRONGPASS invalid username-password pair or user is disabled.');
export const errClientAttribute = (name: string): ErrorReply =>
  error(`ERR ${name} cannot contain spaces, newlines or special characters.`);
export const errClientOption = (option: string): ErrorReply => error(`ERR Unrecognized option '${option}'`);
export const errClientType = (type: string): ErrorReply => error(`ERR Unknown client type '${type}'`);
export const errHelloOption = (option: string): ErrorReply => error(`ERR Syntax error in HELLO option '${option}'`);
export const errIntRange = (least: number | bigint, greatest: number | bigint): ErrorReply =>
  error(`ERR value is out of range, value must between ${least} and ${greatest}`);
export const errPrefixOverlapsGiven = (prefix: string, other: string): ErrorReply =>
  error(
    `ERR Prefix '${prefix}' overlaps with another provided prefix '${other}'. Prefixes for a single client must not overlap.`,
  );
export const errPrefixOverlapsKnown = (prefix: string, known: string): ErrorReply =>
  error(
    `ERR Prefix '${prefix}' overlaps with an existing prefix '${known}'. Prefixes for a single client must not overlap.`,
  );
export const errNoSuchUser = (name: string): ErrorReply => error(`ERR No such user '${name}'`);

// generic
export const BUSYKEY = error('BUSYKEY Target key name already exists.');
export const ERR_BAD_DATA = error('ERR Bad data format');
export const ERR_EXPIRE_GT_LT = error('ERR GT and LT options at the same time are not compatible');
export const ERR_EXPIRE_NX = error('ERR NX and XX, GT or LT options at the same time are not compatible');
export const ERR_INVALID_CURSOR = error('ERR invalid cursor');
export const ERR_LFU = error(
  'ERR An LFU maxmemory policy is selected, idle time not tracked. Please note that when switching between policies at ' +
    'runtime LRU and LFU data will take some time to adjust.',
);
export const ERR_NO_LFU = error(
  'ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between ' +
    'policies at runtime LRU and LFU data will take some time to adjust.',
);
export const ERR_PAYLOAD = error('ERR DUMP payload version or checksum are wrong');
export const ERR_RESTORE_FREQ = error('ERR Invalid FREQ value, must be >= 0 and <= 255');
export const ERR_RESTORE_IDLETIME = error('ERR Invalid IDLETIME value, must be >= 0');
export const ERR_RESTORE_TTL = error('ERR Invalid TTL value, must be >= 0');
export const errExpireOption = (option: string): ErrorReply => error(`ERR Unsupported option ${option}`);

// pubsub
/** A client of RESP2 that is subscribed could not tell a reply from a message. */
export const errSubscribed = (command: string): ErrorReply =>
  error(
    `ERR Can't execute '${command}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
  );

// set
export const ERR_LIMIT_NEGATIVE = error("ERR LIMIT can't be negative");
export const ERR_NUMKEYS = error('ERR numkeys should be greater than 0');
export const ERR_NUMKEYS_ARGUMENTS = error("ERR Number of keys can't be greater than number of args");

// stream
export const BUSYGROUP = error('BUSYGROUP Consumer Group name already exists');
export const ERR_AUTOCLAIM_COUNT = error('ERR COUNT must be > 0');
export const ERR_ENTRIES_ADDED_BELOW_LENGTH = error(
  'ERR The entries_added specified in XSETID is smaller than the target stream length',
);
export const ERR_ENTRIES_ADDED_NEGATIVE = error('ERR entries_added must be positive');
export const ERR_ENTRIESREAD = error('ERR value for ENTRIESREAD must be positive or -1');
export const ERR_ID_BELOW_MAXDELETEDID = error(
  'ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id',
);
export const ERR_INTERVAL_END = error('ERR invalid end ID for the interval');
export const ERR_INTERVAL_START = error('ERR invalid start ID for the interval');
export const ERR_TRIM_LIMIT = error('ERR The LIMIT argument must be >= 0.');
export const ERR_LIMIT_WITHOUT_STRATEGY = error(
  'ERR syntax error, LIMIT cannot be used without specifying a trimming strategy',
);
export const ERR_LIMIT_WITHOUT_TILDE = error('ERR syntax error, LIMIT cannot be used without the special ~ option');
export const ERR_MAXLEN_NEGATIVE = error('ERR The MAXLEN argument must be >= 0.');
export const ERR_STREAM_ELEMENTS = error('ERR Elements are too large to be stored');
export const ERR_STREAM_EXHAUSTED = error(
  'ERR The stream has exhausted the last possible ID, unable to add more items',
);
export const ERR_STREAM_ID = error('ERR Invalid stream ID specified as stream command argument');
export const ERR_TRIM_STRATEGIES = error(
  'ERR syntax error, MAXLEN and MINID options at the same time are not compatible',
);
export const ERR_XADD_ID = error('ERR The ID specified in XADD is equal or smaller than the target stream top item');
export const ERR_XADD_LEAST_ID = error('ERR The ID specified in XADD must be greater than 0-0');
export const ERR_XCLAIM_IDLE = error('ERR Invalid IDLE option argument for XCLAIM');
export const ERR_XCLAIM_RETRYCOUNT = error('ERR Invalid RETRYCOUNT option argument for XCLAIM');
export const ERR_XCLAIM_TIME = error('ERR Invalid TIME option argument for XCLAIM');
export const ERR_XGROUP_KEY = error(
  'ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option ' +
    'to create an empty stream automatically.',
);
export const ERR_XREAD_GROUP = error('ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.');
export const ERR_XREAD_NEW = error(
  'ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.',
);
export const ERR_XREAD_NOACK = error('ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.');
export const ERR_XREADGROUP_DOLLAR = error(
  'ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by ' +
    'specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set.',
);
export const ERR_XREADGROUP_GROUP = error('ERR Missing GROUP option for XREADGROUP');
export const ERR_XREADGROUP_PLUS = error(
  'ERR The + ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by ' +
    'specifying a proper ID, or use the > ID to get new messages. The + ID would just return an empty result set.',
);
export const ERR_XSETID_BELOW_TOP = error('ERR The ID specified in XSETID is smaller than the target stream top item');
export const ERR_XTRIM_STRATEGY = error('ERR syntax error, XTRIM must be called with a trimming strategy');
export const errClaimOption = (option: string): ErrorReply => error(`ERR Unrecognized XCLAIM option '${option}'`);
export const errMinIdleTime = (command: string): ErrorReply =>
  error(`ERR Invalid min-idle-time argument for ${command}`);
export const errNoGroup = (key: string, group: string): ErrorReply =>
  error(`NOGROUP No such key '${key}' or consumer group '${group}'`);
export const errNoGroupOfKey = (group: string, key: string): ErrorReply =>
  error(`NOGROUP No such consumer group '${group}' for key name '${key}'`);
export const errNoGroupToRead = (key: string, group: string): ErrorReply =>
  error(`NOGROUP No such key '${key}' or consumer group '${group}' in XREADGROUP with GROUP option`);
export const errUnbalancedStreams = (command: string, symbol: string): ErrorReply =>
  error(`ERR Unbalanced '${command}' list of streams: for each stream key an ID or '${symbol}' must be specified.`);

// hyperloglog
export const CORRUPT_HYPERLOGLOG = error('INVALIDOBJ Corrupted HLL object detected');
export const ERR_HLL_NO_KEY = error('ERR The specified key does not exist');
export const ERR_HLL_NOT_SPARSE = error('ERR HLL encoding is not sparse');
export const ERR_HLL_SELF_TEST = error('ERR TESTFAILED Redstart HyperLogLogs do not count as they should');
export const NOT_HYPERLOGLOG = error('WRONGTYPE Key is not a valid HyperLogLog string value.');
export const errUnknownPfdebug = (name: string): ErrorReply => error(`ERR Unknown PFDEBUG subcommand '${name}'`);

// list
export const ERR_LPOS_COUNT = error("ERR COUNT can't be negative");
export const ERR_LPOS_MAXLEN = error("ERR MAXLEN can't be negative");
export const ERR_LPOS_RANK = error(
  "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from " +
    'the end of the list',
);
// hash
export const ERR_FIELDS_COUNT = error('ERR Number of fields must be a positive integer');
export const ERR_FIELDS_COUNT_POSITIVE = error('ERR Parameter `numFields` should be greater than 0');
export const ERR_FIELDS_MATCH = error('ERR The `numfields` parameter must match the number of arguments');
export const ERR_FIELDS_MISSING = error('ERR Mandatory argument FIELDS is missing or not at the right position');
export const ERR_HASH_EXPIRE_NEGATIVE = error('ERR invalid expire time, must be >= 0');
export const ERR_HASH_NOT_FLOAT = error('ERR hash value is not a float');
export const ERR_HASH_NOT_INTEGER = error('ERR hash value is not an integer');
export const ERR_INFINITE = error('ERR value is NaN or Infinity');

// string
export const ERR_DECREMENT_OVERFLOW = error('ERR decrement would overflow');
export const ERR_LCS_LEN_AND_IDX = error('ERR If you want both the length and indexes, please just use IDX.');
export const ERR_LCS_MEMORY = error('ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len');
export const ERR_LCS_TYPE = error('ERR The specified keys must contain string values');
export const ERR_NAN_OR_INFINITY = error('ERR increment would produce NaN or Infinity');

// geo
export const ERR_GEO_ANY = error('ERR the ANY argument requires COUNT argument');
export const ERR_GEO_COUNT = error('ERR COUNT must be > 0');
export const ERR_GEO_HEIGHT = error('ERR need numeric height');
export const ERR_GEO_MEMBER = error('ERR could not decode requested zset member');
export const ERR_GEO_NEGATIVE_BOX = error('ERR height or width cannot be negative');
export const ERR_GEO_NEGATIVE_RADIUS = error('ERR radius cannot be negative');
export const ERR_GEO_RADIUS = error('ERR need numeric radius');
export const ERR_GEO_UNIT = error('ERR unsupported unit provided. please use M, KM, FT, MI');
export const ERR_GEO_WIDTH = error('ERR need numeric width');
export const errGeoCenter = (command: string): ErrorReply =>
  error(`ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ${command}`);
export const errGeoPlace = (longitude: string, latitude: string): ErrorReply =>
  error(`ERR invalid longitude,latitude pair ${longitude},${latitude}`);
export const errGeoShape = (command: string): ErrorReply =>
  error(`ERR exactly one of BYRADIUS and BYBOX can be specified for ${command}`);
export const errGeoStore = (what: string): ErrorReply =>
  error(`ERR ${what} is not compatible with WITHDIST, WITHHASH and WITHCOORD options`);

// server
export const ERR_MONITOR_INSIDE = error("ERR MONITOR isn't allowed for DENY BLOCKING client");
export const ERR_DEBUG_DATABASE = error('ERR Out of range database');
export const ERR_DEBUG_NOT_HASH_TABLE = error(
  'ERR The value stored at the specified key is not represented using an hash table',
);
export const ERR_DEBUG_NOT_LISTPACK = error('ERR Not a listpack encoded object.');
export const ERR_DEBUG_NOT_QUICKLIST = error('ERR Not a quicklist encoded object.');
export const ERR_DEBUG_NOT_SDS = error('ERR Not an sds encoded string.');
export const ERR_DEBUG_PACKED_THRESHOLD = error(
  'ERR argument must be a memory value bigger than 1 and smaller than 4gb',
);
export const ERR_DEBUG_PROTOCOL = error(
  'ERR Wrong protocol type name. Please use one of the following: ' +
    'string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false',
);
export const ERR_MALLCTL = error('ERR No such file or directory');
export const ERR_MODULE_LOAD = error('ERR Error loading the extension. Please check the server logs.');
export const ERR_MODULE_UNLOAD = error('ERR Error unloading module: no such module with that name');
export const ERR_NO_CONFIG_FILE = error('ERR The server is running without a config file');
export const ERR_NO_SHUTDOWN = error('ERR No shutdown in progress.');
export const ERR_RESP2 = error('ERR RESP2 is not supported by this command');
export const ERR_SHUTDOWN = error('ERR Errors trying to SHUTDOWN. Check logs.');
export const ERR_SLOWLOG_COUNT = error('ERR count should be greater than or equal to -1');
export const ERR_SORT_SCORES = error("ERR One or more scores can't be converted into double");
export const ERR_SWAPDB_FIRST = error('ERR invalid first DB index');
export const ERR_SWAPDB_SECOND = error('ERR invalid second DB index');
/** `reason` is the system's. */
export const errRewrite = (reason: string): ErrorReply => error(`ERR Rewriting config file: ${reason}`);
export const errRewriteForceAll = (reason: string): ErrorReply =>
  error(`ERR CONFIG-REWRITE-FORCE-ALL failed: ${reason}`);

// sorted sets
export const ERR_MEMBER_BOUND = error('ERR min or max not valid string range item');
export const ERR_SCORE_BOUND = error('ERR min or max is not a float');
export const ERR_SCORE_NAN = error('ERR resulting score is not a number (NaN)');
export const ERR_WEIGHT = error('ERR weight value is not a float');
export const ERR_ZADD_GT_LT_NX = error('ERR GT, LT, and/or NX options at the same time are not compatible');
export const ERR_ZADD_INCR = error('ERR INCR option supports a single increment-element pair');
export const ERR_ZADD_NX_XX = error('ERR XX and NX options at the same time are not compatible');
export const ERR_ZRANGE_LIMIT = error(
  'ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX',
);
export const ERR_ZRANGE_WITHSCORES = error('ERR syntax error, WITHSCORES not supported in combination with BYLEX');
export const errNoInputKeys = (command: string): ErrorReply =>
  error(`ERR at least 1 input key is needed for '${command}' command`);

// transactions
export const ERR_DISCARD_WITHOUT_MULTI = error('ERR DISCARD without MULTI');
export const ERR_EXEC_WITHOUT_MULTI = error('ERR EXEC without MULTI');
export const ERR_MULTI_NESTED = error('ERR MULTI calls can not be nested');
export const ERR_WATCH_INSIDE_MULTI = error('ERR WATCH inside MULTI is not allowed');
export const EXECABORT = error('EXECABORT Transaction discarded because of previous errors.');
/** EXEC itself was refused: the reason is an error's text, without the code where that is `ERR`. */
export const errExecAbort = (reason: string): ErrorReply =>
  error(`EXECABORT Transaction discarded because of: ${reason}`);
