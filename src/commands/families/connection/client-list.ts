/** CLIENT LIST: a line for each connection, or for some. */
import { token } from '../../../resp/index.js';
import { clientInfo } from '../../client-info.js';
import { argumentText } from '../../command-text.js';
import type { CommandContext } from '../../context.js';
import { ERR_CLIENT_ID, ERR_SYNTAX, errClientType } from '../../errors.js';
import { clientTypeNamed, typeOf } from './client-type.js';

const ID = token('id');
const TYPE = token('type');

export function clientList(c: CommandContext): void {
  const { argv, reply } = c;
  const { clients } = c.ports;
  let text = '';
  if (argv.count === 2) {
    for (const client of clients.all()) text += `${clientInfo(client, c.nowMs)}\n`;
  } else if (argv.count === 4 && argv.is(2, TYPE)) {
    const type = clientTypeNamed(argv, 3);
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
