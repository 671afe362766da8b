/**
 * The server's log, in Redis' format, since tools match its lines:
 *
 * ```
 *   12345:M 21 Nov 2026 04:04:05.123 * Ready to accept connections tcp
 *   pid   role  local time           level
 * ```
 * Role: `M` master, `S` replica, `C` before the server serves, `X` sentinel. Level: `.` debug, `-` verbose, `*` notice,
 * `#` warning.
 */
import type { LogPort } from '../commands/ports.js';
import type { Clock } from '../util/clock.js';

export const LOG_DEBUG = 0;
export const LOG_VERBOSE = 1;
export const LOG_NOTICE = 2;
export const LOG_WARNING = 3;
/** As `loglevel`: nothing is written at all. */
export const LOG_NOTHING = 4;

export type LogLevel = typeof LOG_DEBUG | typeof LOG_VERBOSE | typeof LOG_NOTICE | typeof LOG_WARNING;

export type LogRole = 'M' | 'S' | 'C' | 'X';

/** The names of `loglevel`, in the order of the levels. */
export const LOG_LEVEL_NAMES: readonly string[] = ['debug', 'verbose', 'notice', 'warning', 'nothing'];

const MARKS = ['.', '-', '*', '#'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** Where lines go. */
export interface LogSink {
  /**
   * @param line the whole line with its newline; @param text the message alone, for sinks with a format of their own
   */
  write(level: LogLevel, line: string, text: string): void;
  /** Sees to it that everything written is out, and lets go of what it holds. */
  close(): void;
}

/** The log of one server. */
export class Log implements LogPort {
  /** Lines below this level are dropped. */
  level: number;
  role: LogRole = 'C';
  private readonly sinks: LogSink[];
  private readonly clock: Clock;
  private readonly pid: number;
  private second = Number.NaN;
  private secondText = '';

  /** @param level as {@link LOG_LEVEL_NAMES} are numbered */
  constructor(clock: Clock, level: number, sinks: readonly LogSink[], pid: number = process.pid) {
    this.clock = clock;
    this.level = level;
    this.sinks = [...sinks];
    this.pid = pid;
  }

  debug(text: string): void {
    this.write(LOG_DEBUG, text);
  }

  verbose(text: string): void {
    this.write(LOG_VERBOSE, text);
  }

  notice(text: string): void {
    this.write(LOG_NOTICE, text);
  }

  warning(text: string): void {
    this.write(LOG_WARNING, text);
  }

  /** Whether verbose lines are wanted: their texts can be costly. */
  isVerbose(): boolean {
    return this.level <= LOG_VERBOSE;
  }

  /** Writes a line of any level. */
  write(level: LogLevel, text: string): void {
    if (level < this.level) return;
    this.emit(level, `${this.pid}:${this.role} ${this.timeText()} ${MARKS[level]} ${text}\n`, text);
  }

  /** Writes the line that a signal's arrival gets: without level and with the time in seconds, as Redis has it. */
  signal(text: string): void {
    if (this.level > LOG_WARNING) return;
    const seconds = Math.floor(this.clock.nowMs() / 1000);
    this.emit(LOG_WARNING, `${this.pid}:signal-handler (${seconds}) ${text}\n`, text);
  }

  /** Writes several lines as they are, without pid and time. */
  block(level: LogLevel, text: string): void {
    if (level >= this.level) this.emit(level, text, text);
  }

  /** Writes to one more place from now on. */
  addSink(sink: LogSink): void {
    this.sinks.push(sink);
  }

  /** Writes what is buffered and lets go of files. Lines written later are lost. */
  close(): void {
    for (const sink of this.sinks.splice(0)) sink.close();
  }

  private emit(level: LogLevel, line: string, text: string): void {
    for (const sink of this.sinks) sink.write(level, line, text);
  }

  private timeText(): string {
    const nowMs = this.clock.nowMs();
    const second = Math.floor(nowMs / 1000);
    if (second !== this.second) {
      this.second = second;
      const date = new Date(second * 1000);
      const day = two(date.getDate());
      const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
      this.secondText = `${day} ${MONTHS[date.getMonth()]} ${date.getFullYear()} ${time}`;
    }
    return `${this.secondText}.${String(nowMs - second * 1000).padStart(3, '0')}`;
  }
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
