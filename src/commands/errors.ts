/**
 * Every error text that commands answer, byte for byte as Redis sends it, code word first.
 *
 * Texts that more than one family uses come first; then a block a family. Texts with a part that varies are functions.
 */
import { type ErrorReply, error } from '../resp/error-reply.js';

export const WRONGTYPE = error('WRONGTYPE Operation against a key holding the wrong kind of value');
export const ERR_SYNTAX = error('ERR syntax error');
export const ERR_NO_SUCH_KEY = error('ERR no such key');
export const ERR_NOT_INTEGER = error('ERR value is not an integer or out of range');
export const ERR_NOT_FLOAT = error('ERR value is not a valid float');
export const ERR_OUT_OF_RANGE = error('ERR value is out of range');
export const ERR_MUST_BE_POSITIVE = error('ERR value is out of range, must be positive');
export const ERR_INDEX_OUT_OF_RANGE = error('ERR index out of range');
export const ERR_SAME_OBJECT = error('ERR source and destination objects are the same');
export const ERR_DB_INDEX = error('ERR DB index is out of range');
export const ERR_TIMEOUT_NEGATIVE = error('ERR timeout is negative');
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
export const ERR_CLUSTER_DISABLED = error('ERR This instance has cluster support disabled');

/** `name` is the full name of the command, `config|get` for a subcommand. */
export const errWrongArity = (name: string): ErrorReply => error(`ERR wrong number of arguments for '${name}' command`);

/** `args` is the list as {@link unknownCommandArgs} words it. */
export const errUnknownCommand = (name: string, args: string): ErrorReply =>
  error(`ERR unknown command '${name}', with args beginning with: ${args}`);

export const errUnknownSubcommand = (name: string, container: string): ErrorReply =>
  error(`ERR unknown subcommand '${name}'. Try ${container.toUpperCase()} HELP.`);

/** What a container answers for a subcommand that it has, but not with these arguments. */
export const errSubcommandSyntax = (name: string, container: string): ErrorReply =>
  error(`ERR unknown subcommand or wrong number of arguments for '${name}'. Try ${container.toUpperCase()} HELP.`);

export const errNotAllowed = (command: string, directive: string): ErrorReply =>
  error(
    `ERR ${command} command not allowed. If the ${directive} option is set to "local", you can run it from a local ` +
      `connection, otherwise you need to set this option in the configuration file, and then restart the server.`,
  );

export const errInvalidExpire = (command: string): ErrorReply =>
  error(`ERR invalid expire time in '${command}' command`);
