/** What `enable-debug-command` and `enable-module-command` protect. */
import { describeCommands } from '../support/targets.js';
import { array, ok } from '../support/wire.js';

const refused = (command: string, directive: string) =>
  `ERR ${command} command not allowed. If the ${directive} option is set to "local", you can run it from a local ` +
  'connection, otherwise you need to set this option in the configuration file, and then restart the server.';
const DEBUG_REFUSED = refused('DEBUG', 'enable-debug-command');
const MODULE_REFUSED = refused('MODULE', 'enable-module-command');

describeCommands(
  'enable-debug-command no',
  (t) => {
    t.test('DEBUG is refused, after its number of arguments', async (c) => {
      await c.expectError('DEBUG SLEEP 0', DEBUG_REFUSED);
      await c.expectError('DEBUG NOSUCH', DEBUG_REFUSED);
      await c.expectError('DEBUG HELP', DEBUG_REFUSED);
      await c.expectError('DEBUG', "ERR wrong number of arguments for 'debug' command");
    });
    t.test('MODULE LOAD, LOADEX and UNLOAD are refused, LIST is not', async (c) => {
      await c.expectError('MODULE LOAD /nosuch.so', MODULE_REFUSED);
      await c.expectError('MODULE LOADEX /nosuch.so', MODULE_REFUSED);
      await c.expectError('MODULE UNLOAD nosuch', MODULE_REFUSED);
      await c.expectError('MODULE LOAD', "ERR wrong number of arguments for 'module|load' command");
      await c.expect('MODULE LIST', array());
    });
    t.test('refusals count as rejected calls', async (c) => {
      await c.expect('CONFIG RESETSTAT', ok);
      await c.expectError('DEBUG SLEEP 0', DEBUG_REFUSED);
      await c.expectMatch(
        'INFO commandstats',
        /cmdstat_debug:calls=0,usec=0,usec_per_call=0\.00,rejected_calls=1,failed/,
      );
    });
    t.test('DEBUG is refused before the password is asked for', async (c) => {
      await c.expect('CONFIG SET requirepass secret', ok);
      c.atEnd(async (client) => {
        await client.expect('AUTH secret', ok);
        await client.expect(['CONFIG', 'SET', 'requirepass', ''], ok);
      });
      const other = await c.another();
      await other.expectError('DEBUG SLEEP 0', DEBUG_REFUSED);
      await other.expectError('DEBUG', "ERR wrong number of arguments for 'debug' command");
    });
    t.test('CONFIG SET cannot lift the protection', async (c) => {
      await c.expectError(
        'CONFIG SET enable-debug-command yes',
        "ERR CONFIG SET failed (possibly related to argument 'enable-debug-command') - can't set immutable config",
      );
    });
  },
  { args: ['--enable-debug-command', 'no'] },
);

describeCommands(
  'enable-debug-command local',
  (t) => {
    t.test('DEBUG and MODULE LOAD run for a connection from this machine', async (c) => {
      await c.expect('DEBUG SLEEP 0', ok);
      await c.expectError('MODULE LOAD /nosuch.so', 'ERR Error loading the extension. Please check the server logs.');
    });
    t.test('DEBUG asks for the password', async (c) => {
      await c.expect('CONFIG SET requirepass secret', ok);
      c.atEnd(async (client) => {
        await client.expect('AUTH secret', ok);
        await client.expect(['CONFIG', 'SET', 'requirepass', ''], ok);
      });
      const other = await c.another();
      await other.expectError('DEBUG SLEEP 0', 'NOAUTH Authentication required.');
    });
  },
  { args: ['--enable-debug-command', 'local', '--enable-module-command', 'local'] },
);
