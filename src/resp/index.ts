/** The wire: requests in, replies out. */
export { Argv, OptionTable, token } from './argv.js';
export { CommandBuilder } from './command-builder.js';
export { ErrorReply, error } from './error-reply.js';
export { BATCH, ParseState, RequestParser } from './parser.js';
export { type ReplySink, ReplyWriter } from './reply.js';
