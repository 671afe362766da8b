/** String and bitmap commands on a key of another type; families/string/wrong-type.test.ts looks at their effects. */
import { describeCommands } from '../support/targets.js';
import { int, ok } from '../support/wire.js';
import { REPLACING_COMMANDS, REPLIES_TO_LIST } from './families/string/wrong-type.js';

describeCommands('string and bitmap commands on a list', (t) => {
  t.test('every command that reads a string refuses a list, in its place in the order of checks', async (c) => {
    await c.expect('RPUSH l x', int(1));
    for (const [command, reply] of REPLIES_TO_LIST) await c.expect(command, reply);
    await c.expect('TYPE l', '+list\r\n');
  });
  t.test('SET, MSET, SETEX, PSETEX and BITOP replace a list', async (c) => {
    for (const command of REPLACING_COMMANDS) {
      await c.expect('RPUSH l x', int(1));
      await c.expect(command, ok);
      await c.expect('TYPE l', '+string\r\n');
      await c.expect('DEL l', int(1));
    }
    await c.expect('RPUSH l x', int(1));
    await c.expect('SET a x', ok);
    await c.expect('BITOP NOT l a', int(1));
    await c.expect('TYPE l', '+string\r\n');
  });
});
