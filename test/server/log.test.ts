import { mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LOG_NOTHING, LOG_NOTICE, LOG_VERBOSE, Log, type LogSink } from '../../src/server/log.js';
import { FileSink } from '../../src/server/log-sinks.js';
import { ManualClock } from '../../src/util/clock.js';

/** Keeps the lines. */
function lines(): LogSink & { text: string } {
  return {
    text: '',
    write(_level, line) {
      this.text += line;
    },
    close() {},
  };
}

/** A line as redis-server 7.0.15 wrote it (`redis-server --port 43127 --save ''`). */
const RECORDED = '8694:C 21 Nov 2026 04:25:40.970 # Configuration loaded\n';
const RECORDED_SIGNAL = '8694:signal-handler (1795235141) Received SIGTERM scheduling shutdown...\n';

describe('the log', () => {
  it('has the form that Redis gives its lines', () => {
    const sink = lines();
    const clock = new ManualClock(new Date(2026, 10, 21, 4, 25, 40, 970).getTime());
    const log = new Log(clock, LOG_NOTICE, [sink], 8694);
    log.warning('Configuration loaded');
    expect(sink.text).toBe(RECORDED);
  });

  it('has the line of a signal without level', () => {
    const sink = lines();
    new Log(new ManualClock(1795235141_475), LOG_NOTICE, [sink], 8694).signal(
      'Received SIGTERM scheduling shutdown...',
    );
    expect(sink.text).toBe(RECORDED_SIGNAL);
  });

  it('marks levels and roles, and drops what is below its level', () => {
    const sink = lines();
    const log = new Log(new ManualClock(), LOG_VERBOSE, [sink], 1);
    log.role = 'M';
    log.debug('a');
    log.verbose('b');
    log.notice('c');
    log.role = 'S';
    log.warning('d');
    const shown = [...sink.text.matchAll(/^1:([A-Z]) \S+ \S+ \S+ \S+ (.) (.)$/gm)].map((match) =>
      match.slice(1).join(''),
    );
    expect(shown).toEqual(['M-b', 'M*c', 'S#d']);
    log.level = LOG_NOTHING;
    log.warning('e');
    log.signal('f');
    log.block(3, 'g');
    expect(sink.text).not.toMatch(/[efg]$/m);
  });

  it('pads days and milliseconds, and follows the clock within and across seconds', () => {
    const sink = lines();
    const clock = new ManualClock(new Date(2026, 0, 2, 3, 4, 5, 6).getTime());
    const log = new Log(clock, LOG_NOTICE, [sink], 1);
    log.notice('a');
    clock.advance(90);
    log.notice('b');
    clock.advance(904);
    log.notice('c');
    expect(sink.text.match(/ 0\d.*?[.]\d{3}/g)).toEqual([
      ' 02 Jan 2026 03:04:05.006',
      ' 02 Jan 2026 03:04:05.096',
      ' 02 Jan 2026 03:04:06.000',
    ]);
  });

  it('goes on in a new file when its file was rotated away', () => {
    const directory = mkdtempSync(join(tmpdir(), 'redstart-'));
    const path = join(directory, 'server.log');
    const clock = new ManualClock();
    const sink = new FileSink(path, clock);
    sink.write(LOG_NOTICE, 'one\n');
    renameSync(path, `${path}.1`);
    clock.advance(1000);
    sink.write(LOG_NOTICE, 'two\n');
    sink.close();
    expect(readFileSync(`${path}.1`, 'utf8')).toBe('one\n');
    expect(readFileSync(path, 'utf8')).toBe('two\n');
    rmSync(directory, { recursive: true });
  });

  it('survives a full disk: it goes on where there is room, and its end is no failure', () => {
    const directory = mkdtempSync(join(tmpdir(), 'redstart-'));
    const path = join(directory, 'server.log');
    symlinkSync('/dev/full', path);
    const clock = new ManualClock();
    const sink = new FileSink(path, clock);
    for (let i = 0; i < 2000; i++) sink.write(LOG_NOTICE, `${'x'.repeat(1000)}\n`); // more than is kept for later
    rmSync(path);
    clock.advance(1000);
    sink.write(LOG_NOTICE, 'there is room\n');
    expect(readFileSync(path, 'utf8')).toBe('there is room\n');
    sink.close();
    const full = new FileSink('/dev/full', clock);
    full.write(LOG_NOTICE, 'lost\n');
    full.close();
    rmSync(directory, { recursive: true });
  });

  it('fails with the reason when its file cannot be opened', () => {
    expect(() => new FileSink('/nonexistent/server.log', new ManualClock())).toThrow('ENOENT');
  });
});
