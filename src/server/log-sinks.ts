/**
 * Where the log goes: standard output or a file (sonic-boom, written through at once, so that the last line before a
 * crash is there), and the system log.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import sonicBoom, { type SonicBoom as LogStream } from 'sonic-boom';
import type { Clock } from '../util/clock.js';
import type { LogLevel, LogSink } from './log.js';

const STDOUT = 1;
/** How often it is looked whether the log file was moved away by a rotation. */
const ROTATION_CHECK_MS = 1000;
/** How much of what a full disk keeps out is kept to be written later: what comes then is lost. */
const KEPT_BYTES = 1024 ** 2;

/** Writes to standard output. */
export class StdoutSink implements LogSink {
  private readonly stream = openStream(STDOUT);

  write(_level: LogLevel, line: string): void {
    this.stream.write(line);
  }

  close(): void {
    flush(this.stream);
  }
}

/**
 * Appends to a file. A file that was moved or removed, as log rotation does, is made anew: Redis opens it for every
 * line, and rotation without a signal works with it for that reason.
 */
export class FileSink implements LogSink {
  private readonly path: string;
  private readonly clock: Clock;
  private fd: number;
  private stream: LogStream;
  private checkedMs: number;

  /** @throws the system's error when the file cannot be opened */
  constructor(path: string, clock: Clock) {
    this.path = path;
    this.clock = clock;
    this.fd = openSync(path, 'a');
    this.stream = openStream(this.fd);
    this.checkedMs = clock.nowMs();
  }

  write(_level: LogLevel, line: string): void {
    const nowMs = this.clock.nowMs();
    if (nowMs - this.checkedMs >= ROTATION_CHECK_MS) {
      this.checkedMs = nowMs;
      this.followRotation();
    }
    this.stream.write(line);
  }

  close(): void {
    flush(this.stream);
    closeSync(this.fd);
  }

  private followRotation(): void {
    let fd: number;
    try {
      const there = statSync(this.path, { throwIfNoEntry: false });
      const open = fstatSync(this.fd);
      if (there !== undefined && there.ino === open.ino && there.dev === open.dev) return;
      fd = openSync(this.path, 'a');
    } catch {
      return; // its directory is gone or forbidden: what is open goes on serving
    }
    this.close();
    this.fd = fd;
    this.stream = openStream(fd);
  }
}

/** Lines go out as they are written; what a full disk keeps out is tried again with the next line. */
function openStream(fd: number): LogStream {
  const stream = new sonicBoom.SonicBoom({ fd, sync: true, maxLength: KEPT_BYTES });
  stream.on('error', () => {
    // There is no place left to report that the log cannot be written; sonic-boom keeps the data.
  });
  return stream;
}

/** Writes what is kept, if that is possible now. */
function flush(stream: LogStream): void {
  try {
    stream.flushSync();
  } catch {
    // The disk is full, or nobody reads: as above, there is nowhere to report it.
  }
}

/** The facilities of `syslog-facility`, as the system numbers them. */
const FACILITIES: ReadonlyMap<string, number> = new Map([
  ['user', 1],
  ['local0', 16],
  ['local1', 17],
  ['local2', 18],
  ['local3', 19],
  ['local4', 20],
  ['local5', 21],
  ['local6', 22],
  ['local7', 23],
]);

/** The system's severities for debug, verbose, notice and warning. */
const SEVERITIES = [7, 6, 5, 4] as const;

/**
 * Writes to the system log through the `logger` program: Node has no datagram unix sockets, which `/dev/log` wants. One
 * `logger` runs as long as the server logs.
 */
export class SyslogSink implements LogSink {
  private readonly facility: number;
  private readonly child: ChildProcess;

  /** @param onMissing called when the program cannot be run, with the reason */
  constructor(ident: string, facility: string, onMissing: (reason: string) => void) {
    this.facility = FACILITIES.get(facility) ?? 16;
    const args = ['--tag', ident, `--id=${process.pid}`, '--prio-prefix'];
    this.child = spawn('logger', args, { stdio: ['pipe', 'ignore', 'ignore'] });
    this.child.on('error', (error) => onMissing(error.message));
    this.child.stdin?.on('error', () => {}); // told by the child's own event
    this.child.unref();
  }

  write(level: LogLevel, _line: string, text: string): void {
    const priority = this.facility * 8 + SEVERITIES[level];
    for (const line of text.split('\n')) if (line !== '') this.child.stdin?.write(`<${priority}>${line}\n`);
  }

  close(): void {
    this.child.stdin?.end();
  }
}
