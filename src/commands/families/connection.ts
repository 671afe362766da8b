/**
 * The connection group: greeting, authentication, choice of database, and what clients may know and change of
 * themselves and of each other.
 */
import { type Argv, token } from '../../resp/argv.js';
import type { ErrorReply } from '../../resp/error-reply.js';
import { REDIS_VERSION } from '../../util/version.js';
import { type Client, REPLY_OFF, REPLY_ON, REPLY_SKIP, REPLY_SKIP_NEXT } from '../client.js';
import { clientAge, clientInfo } from '../client-info.js';
import { argumentText } from '../command-text.js';
import type { CommandContext } from '../context.js';
import {
  ERR_AUTH_NO_PASSWORD,
  ERR_CLIENT_ID,
  ERR_CLIENT_ID_POSITIVE,
  ERR_CLIENT_MAXAGE,
  ERR_CLIENT_MAXAGE_POSITIVE,
  ERR_CLIENT_NAME,
  ERR_DB_INDEX,
  ERR_NO_SUCH_CLIENT,
  ERR_NOT_INTEGER,
  ERR_PROTOCOL_VERSION,
  ERR_SYNTAX,
  ERR_UNBLOCK_REASON,
  errClientAttribute,
  errClientOption,
  errClientType,
  errHelloOption,
  errIntRange,
  errNoSuchUser,
  errSubcommandSyntax,
  errWrongArity,
  NOAUTH_HELLO,
  NOPROTO,
  UNBLOCKED,
  WRONGPASS,
} from '../errors.js';
import { help } from '../help.js';
import type { CommandSpec } from '../spec.js';

export const CONNECTION_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'auth',
    group: 'connection',
    since: '1.0.0',
    arity: -2,
    flags: 'noscript loading stale fast no_auth allow_busy',
    syntax: '[username^6.0.0] password',
    complexity: 'O(N), N being the number of passwords of the user',
    summary: 'Authenticates the connection.',
    history: [['6.0.0', 'A user name may come before the password.']],
    handler: auth,
  },
  {
    name: 'client',
    group: 'connection',
    since: '2.4.0',
    arity: -2,
    flags: '',
    complexity: 'Depends on the subcommand',
    summary: 'Holds the commands about client connections.',
    subcommands: [
      {
        name: 'getname',
        since: '2.6.9',
        arity: 2,
        flags: 'noscript loading stale',
        complexity: 'O(1)',
        summary: 'Tells the name of this connection.',
        handler: clientGetname,
      },
      {
        name: 'help',
        since: '5.0.0',
        arity: 2,
        flags: 'loading stale',
        complexity: 'O(1)',
        summary: 'Lists the subcommands.',
        handler: help,
      },
      {
        name: 'id',
        since: '5.0.0',
        arity: 2,
        flags: 'noscript loading stale',
        complexity: 'O(1)',
        summary: 'Tells the id of this connection, which no other has had or will have.',
        handler: clientId,
      },
      {
        name: 'info',
        since: '6.2.0',
        arity: 2,
        flags: 'noscript loading stale',
        complexity: 'O(1)',
        summary: 'Describes this connection in one line.',
        tips: 'nondeterministic_output',
        handler: clientInfoCommand,
      },
      {
        name: 'kill',
        since: '2.4.0',
        arity: -3,
        flags: 'admin noscript loading stale',
        syntax:
          'filter<old-format"ip:port"!2.8.12 | new-format<' +
          "['ID' client-id:int^2.8.12] | " +
          "['TYPE' client-type<NORMAL | MASTER^3.2.0 | SLAVE | REPLICA^5.0.0 | PUBSUB>^2.8.12] | " +
          "['USER' username] | ['ADDR' addr\"ip:port\"] | ['LADDR' laddr\"ip:port\"^6.2.0] | " +
          "['SKIPME' skipme<YES | NO>] | ['MAXAGE' maxage:int^7.4.0]>...>",
        complexity: 'O(N), N being the number of connections',
        summary: 'Closes the connections that all filters fit.',
        history: [
          ['2.8.12', 'Filters came beside the one address.'],
          ['2.8.12', 'ID came.'],
          ['3.2.0', 'TYPE knows masters.'],
          ['5.0.0', 'TYPE says REPLICA; SLAVE stays.'],
          ['6.2.0', 'LADDR came.'],
          ['7.4.0', 'MAXAGE came.'],
        ],
        handler: clientKill,
      },
      {
        name: 'list',
        since: '2.4.0',
        arity: -2,
        flags: 'admin noscript loading stale',
        syntax: "['TYPE' client-type<NORMAL | MASTER | REPLICA | PUBSUB>^5.0.0] ['ID' client-id:int...^6.2.0]",
        complexity: 'O(N), N being the number of connections',
        summary: 'Describes connections, one a line: all, those of a type, or those with the given ids.',
        tips: 'nondeterministic_output',
        history: [
          ['2.8.12', 'The line tells the id.'],
          ['5.0.0', 'TYPE came.'],
          ['6.0.0', 'The line tells the user.'],
          ['6.2.0', 'ID came; the line tells local address, memory and the target of redirected invalidations.'],
          ['7.0.0', 'The line tells the protocol and the sizes of the reply buffer.'],
          ['7.0.3', 'The line counts the subscribed shard channels.'],
          ['7.2.0', 'The line tells the name and version of the client library.'],
          ['7.4.0', 'The line tells how many keys are watched.'],
        ],
        handler: clientList,
      },
      {
        name: 'no-evict',
        since: '7.0.0',
        arity: 3,
        flags: 'admin noscript loading stale',
        syntax: 'enabled<ON | OFF>',
        complexity: 'O(1)',
        summary: 'Keeps this connection open when memory of clients has to be freed, or no longer.',
        handler: clientNoEvict,
      },
      {
        name: 'no-touch',
        since: '7.2.0',
        arity: 3,
        flags: 'noscript loading stale',
        syntax: 'enabled<ON | OFF>',
        complexity: 'O(1)',
        summary: 'Lets this connection use keys without their access being noted, or no longer.',
        handler: clientNoTouch,
      },
      {
        name: 'reply',
        since: '3.2.0',
        arity: 3,
        flags: 'noscript loading stale',
        syntax: 'action<ON | OFF | SKIP>',
        complexity: 'O(1)',
        summary: 'Turns the replies of this connection off and on, or skips one.',
        handler: clientReply,
      },
      {
        name: 'setinfo',
        since: '7.2.0',
        arity: 4,
        flags: 'noscript loading stale',
        syntax: "attr<'LIB-NAME' libname | 'LIB-VER' libver>",
        complexity: 'O(1)',
        summary: 'Notes the name or version of the client library.',
        tips: 'request_policy:all_nodes response_policy:all_succeeded',
        handler: clientSetinfo,
      },
      {
        name: 'setname',
        since: '2.6.9',
        arity: 3,
        flags: 'noscript loading stale',
        syntax: 'connection-name',
        complexity: 'O(1)',
        summary: 'Names this connection; the empty name takes the name away.',
        tips: 'request_policy:all_nodes response_policy:all_succeeded',
        handler: clientSetname,
      },
      {
        name: 'unblock',
        since: '5.0.0',
        arity: -3,
        flags: 'admin noscript loading stale',
        syntax: 'client-id:int [unblock-type<TIMEOUT | ERROR>]',
        complexity: 'O(1)',
        summary: 'Ends the waiting of a client as if its time were over, or with an error.',
        handler: clientUnblock,
      },
    ],
  },
  {
    name: 'echo',
    group: 'connection',
    since: '1.0.0',
    arity: 2,
    flags: 'loading stale fast',
    syntax: 'message',
    complexity: 'O(1)',
    summary: 'Answers what it was given.',
    handler: echo,
  },
  {
    name: 'hello',
    group: 'connection',
    since: '6.0.0',
    arity: -1,
    flags: 'noscript loading stale fast no_auth allow_busy',
    syntax: "[arguments{protover:int ['AUTH' auth{username password}] ['SETNAME' clientname]}]",
    complexity: 'O(1)',
    summary: 'Greets: describes the server, chooses the protocol, authenticates, names the connection.',
    history: [['6.2.0', 'The version of the protocol may be left out.']],
    handler: hello,
  },
  {
    name: 'ping',
    group: 'connection',
    since: '1.0.0',
    arity: -1,
    flags: 'fast',
    syntax: '[message]',
    complexity: 'O(1)',
    summary: 'Answers PONG, or the message.',
    tips: 'request_policy:all_shards response_policy:all_succeeded',
    handler: ping,
  },
  {
    name: 'quit',
    group: 'connection',
    since: '1.0.0',
    arity: -1,
    flags: 'noscript loading stale fast no_auth allow_busy',
    complexity: 'O(1)',
    summary: 'Closes this connection when its replies are sent.',
    deprecated: { since: '7.2.0', replacedBy: 'just closing the connection' },
    handler: quit,
  },
  {
    name: 'reset',
    group: 'connection',
    since: '6.2.0',
    arity: 1,
    flags: 'noscript loading stale fast no_auth allow_busy',
    complexity: 'O(1)',
    summary: 'Makes this connection as if it were new.',
    handler: reset,
  },
  {
    name: 'select',
    group: 'connection',
    since: '1.0.0',
    arity: 2,
    flags: 'loading stale fast',
    syntax: 'index:int',
    complexity: 'O(1)',
    summary: 'Chooses the database of this connection.',
    handler: select,
  },
];

const INT32_MIN = -0x8000_0000;
const INT32_MAX = 0x7fff_ffff;

const AUTH = token('auth');
const SETNAME = token('setname');
const ON = token('on');
const OFF = token('off');
const SKIP = token('skip');
const ID = token('id');
const TYPE = token('type');
const ADDR = token('addr');
const LADDR = token('laddr');
const USER = token('user');
const SKIPME = token('skipme');
const MAXAGE = token('maxage');
const YES = token('yes');
const NO = token('no');
const LIB_NAME = token('lib-name');
const LIB_VER = token('lib-ver');
const TIMEOUT = token('timeout');
const ERROR = token('error');

/** `AUTH password` is for the user `default`, and wrong when that user needs none. */
function auth(c: CommandContext): void {
  const { argv, reply, users } = c;
  if (argv.count > 3) return reply.error(ERR_SYNTAX);
  if (argv.count === 2 && users.default.nopass) return reply.error(ERR_AUTH_NO_PASSWORD);
  const name = argv.count === 2 ? users.default.name : argv.text(1);
  if (authenticate(c, name, argv.count - 1)) reply.ok();
}

/** Makes the client the user of this name if argument `i` is a password of that user; else answers the error. */
function authenticate(c: CommandContext, name: string, i: number): boolean {
  const user = c.users.find(name);
  if (user === null || !user.authenticates(c.argv.copy(i))) {
    c.stats.aclAccessDeniedAuth++;
    c.reply.error(WRONGPASS);
    return false;
  }
  c.client.becomeUser(user);
  return true;
}

/** @hot */
function ping(c: CommandContext): void {
  const { argv, reply } = c;
  if (argv.count === 1) reply.raw(PONG);
  else if (argv.count === 2) echo(c);
  else reply.error(errWrongArity('ping'));
}

const PONG = Buffer.from('+PONG\r\n');

/** @hot */
function echo(c: CommandContext): void {
  const { argv } = c;
  c.reply.bulk(argv.bytes, argv.view, argv.offset(1), argv.length(1));
}

function select(c: CommandContext): void {
  const { argv, reply, keyspace } = c;
  const index = argv.int(1);
  if (Number.isNaN(index)) return reply.error(ERR_NOT_INTEGER);
  if (index < INT32_MIN || index > INT32_MAX) return reply.error(errIntRange(INT32_MIN, INT32_MAX));
  if (index < 0 || index >= keyspace.databaseCount) return reply.error(ERR_DB_INDEX);
  c.client.database = index;
  reply.ok();
}

/** Everything is checked before anything of the connection changes; the reply is in the new protocol already. */
function hello(c: CommandContext): void {
  const { argv, client, reply } = c;
  let version = 0;
  if (argv.count > 1) {
    version = argv.int(1);
    if (Number.isNaN(version)) return reply.error(ERR_PROTOCOL_VERSION);
    if (version !== 2 && version !== 3) return reply.error(NOPROTO);
  }
  let userAt = 0;
  let nameAt = 0;
  for (let i = 2; i < argv.count; i++) {
    const more = argv.count - 1 - i;
    if (argv.is(i, AUTH) && more >= 2) {
      userAt = i + 1;
      i += 2;
    } else if (argv.is(i, SETNAME) && more >= 1) {
      nameAt = ++i;
      if (!isPrintable(argv, nameAt)) return reply.error(ERR_CLIENT_NAME);
    } else return reply.error(errHelloOption(argumentText(argv, i)));
  }
  if (userAt !== 0 && !authenticate(c, argv.text(userAt), userAt + 1)) return;
  if (!client.authenticated) return reply.error(NOAUTH_HELLO);
  if (nameAt !== 0) client.name = argv.text(nameAt);
  if (version !== 0) {
    client.resp = version;
    reply.resp = version;
  }
  reply.map(7);
  reply.bulkText('server');
  reply.bulkText('redis');
  reply.bulkText('version');
  reply.bulkText(REDIS_VERSION);
  reply.bulkText('proto');
  reply.int(client.resp);
  reply.bulkText('id');
  reply.int(client.id);
  reply.bulkText('mode');
  reply.bulkText('standalone');
  reply.bulkText('role');
  reply.bulkText('master');
  reply.bulkText('modules');
  reply.emptyArray();
}

/** The name and version of the client library stay: they are the library's, which does not change. */
function reset(c: CommandContext): void {
  const { client, reply, users } = c;
  client.database = 0;
  client.resp = 2;
  client.name = '';
  client.forgetUser(users.default);
  if (client.replyMode !== REPLY_SKIP) client.replyMode = REPLY_ON;
  client.noEvict = false;
  client.noTouch = false;
  c.keyspace.touches = true;
  reply.resp = 2;
  reply.simple('RESET');
}

function quit(c: CommandContext): void {
  c.client.closing = true;
  c.reply.ok();
}

function clientId(c: CommandContext): void {
  c.reply.int(c.client.id);
}

function clientGetname(c: CommandContext): void {
  if (c.client.name === '') c.reply.null();
  else c.reply.bulkText(c.client.name);
}

function clientSetname(c: CommandContext): void {
  if (!isPrintable(c.argv, 2)) return c.reply.error(ERR_CLIENT_NAME);
  c.client.name = c.argv.text(2);
  c.reply.ok();
}

function clientSetinfo(c: CommandContext): void {
  const { argv, client, reply } = c;
  const isName = argv.is(2, LIB_NAME);
  if (!isName && !argv.is(2, LIB_VER)) return reply.error(errClientOption(argumentText(argv, 2)));
  if (!isPrintable(argv, 3)) return reply.error(errClientAttribute(argumentText(argv, 2)));
  if (isName) client.libName = argv.text(3);
  else client.libVersion = argv.text(3);
  reply.ok();
}

/** Whether argument `i` holds only bytes from `!` to `~`: what names may consist of, so that a line stays one. */
function isPrintable(argv: Argv, i: number): boolean {
  for (let at = 0; at < argv.length(i); at++) {
    const byte = argv.byte(i, at);
    if (byte < 0x21 || byte > 0x7e) return false;
  }
  return true;
}

function clientInfoCommand(c: CommandContext): void {
  c.reply.verbatim('txt', `${clientInfo(c.client, c.nowMs)}\n`);
}

function clientList(c: CommandContext): void {
  const { argv, reply } = c;
  const { clients } = c.ports;
  let text = '';
  if (argv.count === 2) {
    for (const client of clients.all()) text += `${clientInfo(client, c.nowMs)}\n`;
  } else if (argv.count === 4 && argv.is(2, TYPE)) {
    const type = typeNamed(argv, 3);
    if (type === '') return reply.error(errClientType(argumentText(argv, 3)));
    for (const client of clients.all()) if (typeOf(client) === type) text += `${clientInfo(client, c.nowMs)}\n`;
  } else if (argv.count > 3 && argv.is(2, ID)) {
    for (let i = 3; i < argv.count; i++) {
      const id = argv.int(i);
      if (Number.isNaN(id)) return reply.error(ERR_CLIENT_ID);
      const client = clients.byId(id);
      if (client !== undefined) text += `${clientInfo(client, c.nowMs)}\n`;
    }
  } else return reply.error(ERR_SYNTAX);
  reply.verbatim('txt', text);
}

type ClientType = 'normal' | 'replica' | 'master' | 'pubsub';

/** The type that argument `i` names, '' when it names none. */
function typeNamed(argv: Argv, i: number): ClientType | '' {
  const name = argv.text(i).toLowerCase();
  if (name === 'slave') return 'replica';
  return name === 'normal' || name === 'replica' || name === 'master' || name === 'pubsub' ? name : '';
}

/** Whoever is connected today is an ordinary client. */
function typeOf(_client: Client): ClientType {
  return 'normal';
}

/** What CLIENT KILL looks for; a filter that is not given fits every client. */
interface KillFilter {
  id: number;
  type: ClientType | '';
  user: string;
  address: string | null;
  localAddress: string | null;
  skipMe: boolean;
  /** In seconds. */
  maxAge: number;
}

/** `CLIENT KILL address` kills one or answers an error, even the caller; with filters it answers how many it killed. */
function clientKill(c: CommandContext): void {
  const { argv, reply } = c;
  const filter: KillFilter = {
    id: 0,
    type: '',
    user: '',
    address: null,
    localAddress: null,
    skipMe: true,
    maxAge: 0,
  };
  const isOldForm = argv.count === 3;
  if (isOldForm) {
    filter.address = argv.text(2);
    filter.skipMe = false;
  } else {
    for (let i = 2; i < argv.count; i += 2) {
      const refusal = i + 1 < argv.count ? readKillFilter(c, i, filter) : ERR_SYNTAX;
      if (refusal !== null) return reply.error(refusal);
    }
  }
  const victims = [...c.ports.clients.all()].filter((client) => isVictim(c, client, filter));
  if (isOldForm && victims.length === 0) return reply.error(ERR_NO_SUCH_CLIENT);
  for (const client of victims) c.ports.clients.kill(client);
  if (isOldForm) reply.ok();
  else reply.int(victims.length);
}

/** Takes the filter that argument `i` names with the value after it. Returns the error, if it is wrong. */
function readKillFilter(c: CommandContext, i: number, filter: KillFilter): ErrorReply | null {
  const { argv } = c;
  const value = i + 1;
  if (argv.is(i, ID)) {
    filter.id = argv.int(value);
    if (!(filter.id >= 1)) return ERR_CLIENT_ID_POSITIVE;
  } else if (argv.is(i, MAXAGE)) {
    filter.maxAge = argv.int(value);
    if (Number.isNaN(filter.maxAge)) return ERR_CLIENT_MAXAGE;
    if (filter.maxAge <= 0) return ERR_CLIENT_MAXAGE_POSITIVE;
  } else if (argv.is(i, TYPE)) {
    filter.type = typeNamed(argv, value);
    if (filter.type === '') return errClientType(argumentText(argv, value));
  } else if (argv.is(i, ADDR)) filter.address = argv.text(value);
  else if (argv.is(i, LADDR)) filter.localAddress = argv.text(value);
  else if (argv.is(i, USER)) {
    filter.user = argv.text(value);
    if (c.users.find(filter.user) === null) return errNoSuchUser(argumentText(argv, value));
  } else if (argv.is(i, SKIPME)) {
    filter.skipMe = argv.is(value, YES);
    if (!filter.skipMe && !argv.is(value, NO)) return ERR_SYNTAX;
  } else return ERR_SYNTAX;
  return null;
}

function isVictim(c: CommandContext, client: Client, filter: KillFilter): boolean {
  if (filter.id !== 0 && client.id !== filter.id) return false;
  if (filter.type !== '' && typeOf(client) !== filter.type) return false;
  if (filter.user !== '' && client.user.name !== filter.user) return false;
  if (filter.address !== null && client.connection?.address !== filter.address) return false;
  if (filter.localAddress !== null && client.connection?.localAddress !== filter.localAddress) return false;
  if (filter.skipMe && client === c.client) return false;
  return filter.maxAge === 0 || clientAge(client, c.nowMs) >= filter.maxAge;
}

function clientNoEvict(c: CommandContext): void {
  const { argv, client, reply } = c;
  const isOn = argv.is(2, ON);
  if (!isOn && !argv.is(2, OFF)) return reply.error(ERR_SYNTAX);
  client.noEvict = isOn;
  reply.ok();
}

/** Only TOUCH still counts as an access. */
function clientNoTouch(c: CommandContext): void {
  const { argv, client, reply } = c;
  const isOn = argv.is(2, ON);
  if (!isOn && !argv.is(2, OFF)) return reply.error(ERR_SYNTAX);
  client.noTouch = isOn;
  c.keyspace.touches = !isOn;
  reply.ok();
}

/** OFF and SKIP have no reply themselves; while replies are off, SKIP changes nothing. */
function clientReply(c: CommandContext): void {
  const { argv, client, reply } = c;
  if (argv.is(2, ON)) {
    client.replyMode = REPLY_ON;
    reply.ok();
  } else if (argv.is(2, OFF)) client.replyMode = REPLY_OFF;
  else if (!argv.is(2, SKIP)) reply.error(ERR_SYNTAX);
  else if (client.replyMode !== REPLY_OFF) client.replyMode = REPLY_SKIP_NEXT;
}

function clientUnblock(c: CommandContext): void {
  const { argv, reply } = c;
  if (argv.count > 4) return reply.error(errSubcommandSyntax(argv.text(1), argv.text(0)));
  const withError = argv.count === 4 && argv.is(3, ERROR);
  if (argv.count === 4 && !withError && !argv.is(3, TIMEOUT)) return reply.error(ERR_UNBLOCK_REASON);
  const id = argv.int(2);
  if (Number.isNaN(id)) return reply.error(ERR_NOT_INTEGER);
  const client = c.ports.clients.byId(id);
  const suspension = client?.suspension ?? null;
  // Who waits before its command runs (a pause) is not blocked by it.
  if (client === undefined || suspension === null || suspension.timedOut === null) return reply.int(0);
  const { timedOut } = suspension;
  if (withError) {
    suspension.dropped();
    c.suspensions.resume(client, (resumed) => resumed.reply.error(UNBLOCKED));
  } else c.suspensions.resume(client, (resumed) => timedOut.call(suspension, resumed));
  reply.int(1);
}
