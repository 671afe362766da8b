import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Feed, type FeedConsumer, FOR_LOG, FOR_REPLICAS } from '../../src/keyspace/feed.js';
import { toLatin1 } from '../../src/util/bytes.js';
import { spans } from './support.js';

/** Keeps what it is given, and holds the offsets against the bytes. */
class Recorder implements FeedConsumer {
  text = '';
  units = 0;
  private next: number;

  constructor(feed: Feed) {
    this.next = feed.offset;
  }

  feedUnit(bytes: Uint8Array, size: number, offset: number): void {
    expect(offset).toBe(this.next);
    this.next += size;
    this.units++;
    this.text += toLatin1(bytes, 0, size);
  }
}

function resp(...args: string[]): string {
  return `*${args.length}\r\n${args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join('')}`;
}

function recorded(): { feed: Feed; recorder: Recorder } {
  const feed = new Feed();
  const recorder = new Recorder(feed);
  feed.subscribe(recorder);
  return { feed, recorder };
}

describe('Feed', () => {
  it('a single command is a unit of its own, with SELECT where the database changes', () => {
    const { feed, recorder } = recorded();
    feed.append(0, spans('SET', 'a', '1'));
    feed.append(0, spans('DEL', 'a'));
    feed.append(12, spans('SET', 'b', ''));
    const wanted = [
      resp('SELECT', '0') + resp('SET', 'a', '1'),
      resp('DEL', 'a'),
      resp('SELECT', '12') + resp('SET', 'b', ''),
    ];
    expect(recorder.text).toBe(wanted.join(''));
    expect(recorder.units).toBe(3);
    expect(feed.offset).toBe(recorder.text.length);
  });

  it('a command for replicas alone is not in the log, which selects its databases by itself', () => {
    const { feed, recorder } = recorded();
    const log = { text: '', ends: [0] };
    feed.subscribe(
      {
        feedUnit: (bytes, size) => {
          log.text += toLatin1(bytes, 0, size);
          log.ends.push(feed.offset);
        },
      },
      FOR_LOG,
    );
    feed.append(0, spans('SET', 'a', '1'));
    feed.append(5, spans('PUBLISH', 'channel', 'message'), FOR_REPLICAS);
    feed.append(0, spans('SET', 'b', '1'));
    feed.beginUnit();
    feed.append(0, spans('SET', 'c', '1'));
    feed.append(0, spans('PUBLISH', 'channel', 'message'), FOR_REPLICAS);
    feed.append(0, spans('SCRIPT', 'FLUSH'), FOR_LOG);
    feed.endUnit();
    const select = (db: string): string => resp('SELECT', db);
    const message = resp('PUBLISH', 'channel', 'message');
    const logged = [
      select('0') + resp('SET', 'a', '1'),
      resp('SET', 'b', '1'),
      resp('MULTI') + resp('SET', 'c', '1') + resp('SCRIPT', 'FLUSH') + resp('EXEC'),
    ];
    const replicated = [
      select('0') + resp('SET', 'a', '1') + select('5') + message + select('0') + resp('SET', 'b', '1'),
      resp('MULTI') + resp('SET', 'c', '1') + message + resp('EXEC'),
    ];
    expect(log.text).toBe(logged.join(''));
    expect(recorder.text).toBe(replicated.join(''));
    expect(feed.offset).toBe(recorder.text.length);
    expect(log.ends.at(-1)).toBe(feed.offset);
  });

  it('a unit of several commands is wrapped in MULTI and EXEC and arrives in one piece', () => {
    const { feed, recorder } = recorded();
    feed.beginUnit();
    feed.append(1, spans('SET', 'a', '1'));
    feed.beginUnit();
    feed.append(2, spans('INCR', 'a'));
    feed.endUnit();
    expect(recorder.units).toBe(0);
    feed.endUnit();
    const inside = resp('SELECT', '1') + resp('SET', 'a', '1') + resp('SELECT', '2') + resp('INCR', 'a');
    expect(recorder.text).toBe(resp('MULTI') + inside + resp('EXEC'));
    expect(recorder.units).toBe(1);
    expect(feed.offset).toBe(recorder.text.length);
  });

  it('a unit of one command is not wrapped, and one of none is nothing', () => {
    const { feed, recorder } = recorded();
    feed.beginUnit();
    feed.endUnit();
    feed.beginUnit();
    feed.append(0, spans('PING'));
    feed.endUnit();
    expect(recorder.text).toBe(resp('SELECT', '0') + resp('PING'));
    expect(recorder.units).toBe(1);
  });

  it('a consumer that comes later begins with SELECT, though the database is the same', () => {
    const { feed, recorder } = recorded();
    feed.append(3, spans('SET', 'a', '1'));
    const late = new Recorder(feed);
    feed.subscribe(late);
    feed.append(3, spans('SET', 'b', '1'));
    expect(late.text).toBe(resp('SELECT', '3') + resp('SET', 'b', '1'));
    expect(recorder.text.endsWith(late.text)).toBe(true);
    feed.unsubscribe(late);
    feed.append(3, spans('SET', 'c', '1'));
    expect(late.units).toBe(1);
    expect(recorder.units).toBe(3);
  });

  it('grows for commands of any size', () => {
    const { feed, recorder } = recorded();
    const value = 'v'.repeat(3_000_000);
    feed.beginUnit();
    for (let i = 0; i < 3; i++) feed.append(0, spans('SET', `k${i}`, value));
    feed.endUnit();
    const sets = [0, 1, 2].map((i) => resp('SET', `k${i}`, value)).join('');
    expect(recorder.text === resp('MULTI') + resp('SELECT', '0') + sets + resp('EXEC')).toBe(true);
  });

  it('the offset advances by the same bytes whether anybody reads or not', () => {
    const text = fc.string({ maxLength: 80, unit: 'binary-ascii' });
    const unit = fc.array(
      fc.record({ db: fc.integer({ min: 0, max: 11 }), args: fc.array(text, { minLength: 1, maxLength: 12 }) }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 12 }), (units) => {
        const { feed, recorder } = recorded();
        const unread = new Feed();
        for (const each of [feed, unread]) {
          for (const commands of units) {
            each.beginUnit();
            for (const { db, args } of commands) each.append(db, spans(...args));
            each.endUnit();
          }
        }
        expect(feed.offset).toBe(recorder.text.length);
        expect(unread.offset).toBe(feed.offset);
      }),
      { numRuns: 200 },
    );
  });
});
