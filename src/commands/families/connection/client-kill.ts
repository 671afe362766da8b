/** CLIENT KILL: connections are closed by others. */
import { type ErrorReply, token } from '../../../resp/index.js';
import type { Client } from '../../client.js';
import { clientAge } from '../../client-info.js';
import { argumentText } from '../../command-text.js';
import type { CommandContext } from '../../context.js';
import {
  ERR_CLIENT_ID_POSITIVE,
  ERR_CLIENT_MAXAGE,
  ERR_CLIENT_MAXAGE_POSITIVE,
  ERR_NO_SUCH_CLIENT,
  ERR_SYNTAX,
  errClientType,
  errNoSuchUser,
} from '../../errors.js';
import { type ClientType, clientTypeNamed, typeOf } from './client-type.js';

const ID = token('id');
const TYPE = token('type');
const ADDR = token('addr');
const LADDR = token('laddr');
const USER = token('user');
const SKIPME = token('skipme');
const MAXAGE = token('maxage');
const YES = token('yes');
const NO = token('no');

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
export function clientKill(c: CommandContext): void {
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
    filter.type = clientTypeNamed(argv, value);
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
