/**
 * What string and bitmap commands tell others: keyspace events, and what replicas and the AOF receive. One table for
 * both servers: on the reference it is compared with what a subscriber and a replica see, on redstart with what the
 * feed and the event listener are given.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { referenceAvailable } from '../../../support/reference.js';
import { ReferenceListener } from '../../../support/reference-listener.js';
import { RespClient } from '../../../support/resp-client.js';
import { portOf } from '../../../support/targets.js';
import { describeCommand, Engine, type Told } from '../engine.js';

interface Effect {
  /** A directive that is `yes` meanwhile. */
  readonly directive?: string;
  /** Commands before. */
  readonly given?: readonly string[];
  readonly sent: string;
  /** `event key`, in their order. */
  readonly events: readonly string[];
  /** Commands as replicas receive them; a time in milliseconds since the epoch that is near now is `<soon>`. */
  readonly fed: readonly string[];
  /** How much `rdb_changes_since_last_save` grows. Default: 1 when something is fed. */
  readonly changes?: number;
}

const same = (sent: string, event: string): Effect => ({ sent, events: [event], fed: [sent] });
const nothing = (sent: string, ...given: string[]): Effect => ({ given, sent, events: [], fed: [] });

const EFFECTS: readonly Effect[] = [
  same('SET k v', 'set k'),
  same('SET k v NX', 'set k'),
  { given: ['SET k v'], sent: 'SET k w XX', events: ['set k'], fed: ['SET k w XX'] },
  { given: ['SET k v EX 100'], sent: 'SET k w KEEPTTL', events: ['set k'], fed: ['SET k w KEEPTTL'] },
  { given: ['SET k v'], sent: 'SET k w GET', events: ['set k'], fed: ['SET k w'] },
  { sent: 'SET k w NX GET', events: ['set k'], fed: ['SET k w NX'] },
  { sent: 'SET k v EX 100', events: ['set k', 'expire k'], fed: ['SET k v PXAT <soon>'] },
  { sent: 'SET k v PX 100000', events: ['set k', 'expire k'], fed: ['SET k v PXAT <soon>'] },
  { sent: 'SET k v EXAT 99999999999', events: ['set k', 'expire k'], fed: ['SET k v PXAT 99999999999000'] },
  { sent: 'SET k v PXAT 99999999999123', events: ['set k', 'expire k'], fed: ['SET k v PXAT 99999999999123'] },
  {
    sent: 'SET k v PXAT 9223372036854775807',
    events: ['set k', 'expire k'],
    fed: ['SET k v PXAT 9223372036854775807'],
  },
  { sent: 'SET k v EXAT 99999999999 GET', events: ['set k', 'expire k'], fed: ['SET k v PXAT 99999999999000'] },
  { sent: 'SET k v EXAT 1', events: ['set k', 'expire k'], fed: ['SET k v PXAT 1000'] },
  { sent: 'set k v pxat 99999999999123', events: ['set k', 'expire k'], fed: ['SET k v PXAT 99999999999123'] },
  nothing('SET k w NX', 'SET k v'),
  nothing('SET k w XX'),
  nothing('SET k w NX GET', 'SET k v'),
  nothing('SET k w NX EX 100', 'SET k v'),
  nothing('SET k w NX XX'),
  nothing('SET k w XX GET'),
  nothing('SET k w EX 0', 'SET k v'),
  { given: ['SET k v'], sent: 'SET k w XX GET', events: ['set k'], fed: ['SET k w XX'] },
  { given: ['SET k v EX 100'], sent: 'SET k w KEEPTTL GET', events: ['set k'], fed: ['SET k w KEEPTTL'] },
  { given: ['SET k v'], sent: 'SET k w XX GET PX 100000', events: ['set k', 'expire k'], fed: ['SET k w PXAT <soon>'] },
  {
    sent: 'SET k v PXAT 99999999999123 NX',
    events: ['set k', 'expire k'],
    fed: ['SET k v PXAT 99999999999123'],
  },
  same('SETNX k v', 'set k'),
  nothing('SETNX k v', 'SET k v'),
  { sent: 'SETEX k 100 v', events: ['set k', 'expire k'], fed: ['SET k v PXAT <soon>'] },
  { sent: 'PSETEX k 100000 v', events: ['set k', 'expire k'], fed: ['SET k v PXAT <soon>'] },
  { sent: 'GETSET k v', events: ['set k'], fed: ['SET k v'] },
  { given: ['SET k v'], sent: 'GETDEL k', events: ['del k'], fed: ['DEL k'] },
  { directive: 'lazyfree-lazy-user-del', given: ['SET k v'], sent: 'GETDEL k', events: ['del k'], fed: ['UNLINK k'] },
  nothing('GETDEL k'),
  nothing('GET k', 'SET k v'),
  nothing('GETEX k', 'SET k v EX 100'),
  { given: ['SET k v'], sent: 'GETEX k EX 100', events: ['expire k'], fed: ['PEXPIREAT k <soon>'] },
  { given: ['SET k v'], sent: 'GETEX k PX 100000', events: ['expire k'], fed: ['PEXPIREAT k <soon>'] },
  {
    given: ['SET k v'],
    sent: 'GETEX k PXAT 9223372036854775807',
    events: ['expire k'],
    fed: ['PEXPIREAT k 9223372036854775807'],
  },
  { given: ['SET k v'], sent: 'GETEX k EXAT 99999999999', events: ['expire k'], fed: ['PEXPIREAT k 99999999999000'] },
  { given: ['SET k v'], sent: 'GETEX k EXAT 1', events: ['del k'], fed: ['DEL k'] },
  {
    directive: 'lazyfree-lazy-expire',
    given: ['SET k v'],
    sent: 'GETEX k PXAT 1',
    events: ['del k'],
    fed: ['UNLINK k'],
  },
  { given: ['SET k v EX 100'], sent: 'GETEX k PERSIST', events: ['persist k'], fed: ['PERSIST k'] },
  nothing('GETEX k PERSIST', 'SET k v'),
  nothing('GETEX k EX 100'),
  { sent: 'MSET a 1 b 2 a 3', events: ['set a', 'set b', 'set a'], fed: ['MSET a 1 b 2 a 3'], changes: 3 },
  { sent: 'MSETNX a 1 b 2', events: ['set a', 'set b'], fed: ['MSETNX a 1 b 2'], changes: 2 },
  nothing('MSETNX a 1 b 2', 'SET b 1'),
  same('APPEND k v', 'append k'),
  { given: ['SET k v'], sent: 'APPEND k w', events: ['append k'], fed: ['APPEND k w'] },
  { given: ['SET k v'], sent: 'APPEND k ""', events: ['append k'], fed: ['APPEND k ""'] },
  same('SETRANGE k 3 v', 'setrange k'),
  nothing('SETRANGE k 3 ""', 'SET k v'),
  nothing('GETRANGE k 0 -1', 'SET k v'),
  same('INCR k', 'incrby k'),
  same('DECR k', 'incrby k'),
  same('INCRBY k 5', 'incrby k'),
  same('DECRBY k 5', 'incrby k'),
  { given: ['SET k 9007199254740993'], sent: 'INCR k', events: ['incrby k'], fed: ['INCR k'] },
  nothing('INCR k', 'SET k x'),
  { given: ['SET k 1.5'], sent: 'INCRBYFLOAT k 0.1', events: ['incrbyfloat k'], fed: ['SET k 1.6 KEEPTTL'] },
  nothing('INCRBYFLOAT k inf'),
  nothing('LCS a b', 'MSET a 1 b 1'),
  same('SETBIT k 3 1', 'setbit k'),
  same('SETBIT k 3 0', 'setbit k'),
  nothing('SETBIT k 3 0', 'SET k a'),
  nothing('SETBIT k 2 1', 'SET k 10'),
  nothing('BITCOUNT k', 'SET k a'),
  { given: ['SET a x'], sent: 'BITOP NOT d a', events: ['set d'], fed: ['BITOP NOT d a'] },
  { given: ['SET d x'], sent: 'BITOP AND d a', events: ['del d'], fed: ['BITOP AND d a'] },
  { given: ['SET d x PXAT 1'], sent: 'BITOP AND d a', events: ['del d'], fed: ['BITOP AND d a'] },
  nothing('BITOP AND d a'),
  same('BITFIELD k SET u8 0 1', 'setbit k'),
  {
    sent: 'BITFIELD k SET u8 0 1 INCRBY u8 0 1',
    events: ['setbit k'],
    fed: ['BITFIELD k SET u8 0 1 INCRBY u8 0 1'],
    changes: 2,
  },
  same('BITFIELD k SET u8 0 0', 'setbit k'),
  nothing('BITFIELD k SET u8 0 97', 'SET k a'),
  nothing('BITFIELD k GET u8 0'),
  nothing('BITFIELD k OVERFLOW FAIL INCRBY u8 0 256'),
];

/** The name of an effect's test. */
function title({ directive, sent, given = [] }: Effect): string {
  const name = given.length === 0 ? sent : `${sent} after ${given.join(', ')}`;
  return directive === undefined ? name : `${name}, with ${directive}`;
}

function expectEffect(effect: Effect, { events, fed, changes }: Told): void {
  const wanted = { events: effect.events, fed: effect.fed, changes: effect.changes ?? (effect.fed.length > 0 ? 1 : 0) };
  expect({ events, fed, changes }, effect.sent).toEqual(wanted);
}

describe('effects of string and bitmap commands on redstart', () => {
  const engine = new Engine();
  for (const effect of EFFECTS) {
    test(title(effect), () => {
      engine.run('FLUSHALL');
      for (const command of effect.given ?? []) engine.run(command);
      if (effect.directive !== undefined) engine.configure(effect.directive, 'yes');
      expectEffect(effect, engine.run(effect.sent));
      if (effect.directive !== undefined) engine.configure(effect.directive, 'no');
    });
  }
});

// Runs beside redis-server: CI has it, another machine may not.
describe.skipIf(!referenceAvailable)('effects of string and bitmap commands on the reference', () => {
  let client: RespClient;
  let listener: ReferenceListener;
  beforeAll(async () => {
    const port = (await portOf('reference', ['--repl-diskless-sync', 'no'])) ?? 0;
    client = await RespClient.connect({ port });
    await client.send('DEBUG', 'SET-ACTIVE-EXPIRE', 0);
    listener = await ReferenceListener.open(port);
  });
  afterAll(async () => {
    await Promise.all([client.close(), listener.close()]);
  });

  const changes = async (): Promise<number> => {
    const { value } = await client.send('INFO', 'persistence');
    return Number(/rdb_changes_since_last_save:(\d+)/.exec(String(value))?.[1]);
  };

  for (const effect of EFFECTS) {
    test(title(effect), async () => {
      await client.pipeline(['FLUSHALL', ...(effect.given ?? [])]);
      await listener.told();
      const before = await changes();
      if (effect.directive !== undefined) await client.send('CONFIG', 'SET', effect.directive, 'yes');
      await client.command(effect.sent);
      if (effect.directive !== undefined) await client.send('CONFIG', 'SET', effect.directive, 'no');
      const after = await changes();
      const { events, commands } = await listener.told();
      expectEffect(effect, {
        events: events.map(({ event, key }) => `${event} ${key}`),
        fed: commands.filter(([name]) => name !== 'SELECT').map(describeCommand),
        changes: after - before,
      });
    });
  }
});
