/** CLIENT KILL MAXAGE, on a clock that the test sets. */
import { expect, test } from 'vitest';
import { ManualClock } from '../../src/util/clock.js';
import { int } from '../support/index.js';
import { InProcessServer } from './in-process.js';

test('CLIENT KILL MAXAGE closes the clients that have been connected for so long, and no others', async () => {
  const clock = new ManualClock();
  const rig = await InProcessServer.start({}, clock);
  try {
    const old = await rig.connect();
    await old.command('PING'); // Connected is not yet accepted: now it is.
    clock.advance(5000);
    const young = await rig.connect();
    const caller = await rig.connect();
    await young.command('PING');
    clock.advance(4999);
    expect((await caller.command('CLIENT KILL MAXAGE 10')).wire).toBe(int(0));
    clock.advance(1);
    expect((await caller.command('CLIENT KILL MAXAGE 10')).wire).toBe(int(1));
    await old.closed;
    expect((await young.command('PING')).wire).toBe('+PONG\r\n');
  } finally {
    await rig.close();
  }
});
