/** AUTH and HELLO: who a client is, and how it is spoken to. */
import { type Argv, token } from '../../../resp/index.js';
import { REDIS_VERSION } from '../../../util/version.js';
import { argumentText } from '../../command-text.js';
import type { CommandContext } from '../../context.js';
import {
  ERR_AUTH_NO_PASSWORD,
  ERR_CLIENT_NAME,
  ERR_PROTOCOL_VERSION,
  ERR_SYNTAX,
  errHelloOption,
  NOAUTH_HELLO,
  NOPROTO,
  WRONGPASS,
} from '../../errors.js';
import { isPrintable } from './printable.js';

const AUTH = token('auth');
const SETNAME = token('setname');

/** `AUTH password` is for the user `default`, and wrong when that user needs none. */
export function auth(c: CommandContext): void {
  const { argv, reply, users } = c;
  if (argv.count > 3) return reply.error(ERR_SYNTAX);
  if (argv.count === 2 && users.default.nopass) return reply.error(ERR_AUTH_NO_PASSWORD);
  const name = argv.count === 2 ? users.default.name : argv.text(1);
  if (authenticate(c, name, argv.count - 1)) reply.ok();
}

/** All but the command's name. */
export function isSecretOfAuth(_argv: Argv, i: number): boolean {
  return i > 0;
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

/** Everything is checked before anything of the connection changes; the reply is in the new protocol already. */
export function hello(c: CommandContext): void {
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

/** Name and password behind AUTH. */
export function isSecretOfHello(argv: Argv, i: number): boolean {
  return (i > 2 && argv.is(i - 1, AUTH)) || (i > 3 && argv.is(i - 2, AUTH));
}
