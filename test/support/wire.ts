/**
 * RESP as text: the bytes of replies as latin1 strings (one character a byte), built by hand in expectations and parsed
 * from what a server sent. Written from the protocol's specification and independent of `src/resp`, whose oracle it is.
 */

/** One argument of a command: text is sent as UTF-8, bytes as they are, numbers in decimal. */
export type Arg = string | Uint8Array | number | bigint;

/** A command: its arguments, or a line that {@link parseLine} splits. */
export type Command = string | readonly Arg[];

/** An error reply: `code` is the first word of `message`. */
export class RespError {
  constructor(readonly message: string) {}

  get code(): string {
    return this.message.split(' ', 1)[0] ?? '';
  }
}

/** A RESP3 verbatim string. */
export class Verbatim {
  constructor(
    readonly format: string,
    readonly text: string,
  ) {}
}

/** A RESP3 out-of-band message. */
export class Push {
  constructor(readonly items: RespValue[]) {}
}

/**
 * A parsed reply. Simple and bulk strings are latin1 strings, integers are numbers (bigint beyond 2^53), doubles are
 * numbers, big numbers are bigint, both nulls are null, maps and sets are `Map` and `Set`.
 */
export type RespValue =
  | null
  | string
  | number
  | bigint
  | boolean
  | RespError
  | Verbatim
  | Push
  | RespValue[]
  | Map<RespValue, RespValue>
  | Set<RespValue>;

/** A reply in both forms. */
export interface Reply {
  /** Its exact bytes, a character a byte, with a RESP3 attribute in front of it if there was one. */
  readonly wire: string;
  readonly value: RespValue;
  /** The RESP3 attribute that preceded the reply. */
  readonly attribute?: Map<RespValue, RespValue>;
}

/** Builders of expected replies: each returns the reply's bytes. Text is latin1, use {@link utf8} for more. */
export const ok = '+OK\r\n';
/** The null bulk string of RESP2. */
export const nil = '$-1\r\n';
/** The null array of RESP2. */
export const nilArray = '*-1\r\n';
/** The null of RESP3. */
export const nil3 = '_\r\n';

export const simple = (text: string): string => `+${text}\r\n`;
export const error = (message: string): string => `-${message}\r\n`;
export const int = (value: number | bigint): string => `:${value}\r\n`;
export const bulk = (bytes: string | number): string => `$${String(bytes).length}\r\n${bytes}\r\n`;
export const array = (...items: string[]): string => `*${items.length}\r\n${items.join('')}`;
/** An array of bulk strings. */
export const bulks = (...items: (string | number)[]): string => array(...items.map(bulk));
/** A RESP3 map of alternating keys and values, each built by another builder. */
export const map = (...items: string[]): string => `%${items.length / 2}\r\n${items.join('')}`;
export const set = (...items: string[]): string => `~${items.length}\r\n${items.join('')}`;
export const push = (...items: string[]): string => `>${items.length}\r\n${items.join('')}`;
export const double = (text: string | number): string => `,${text}\r\n`;
export const bool = (value: boolean): string => `#${value ? 't' : 'f'}\r\n`;
export const bigNumber = (text: string | bigint): string => `(${text}\r\n`;
export const verbatim = (text: string, format = 'txt'): string => `=${text.length + 4}\r\n${format}:${text}\r\n`;
/** Text as the latin1 string of its UTF-8 bytes. */
export const utf8 = (text: string): string => Buffer.from(text).toString('latin1');
/** A latin1 string (a character a byte) as bytes, to be sent as an argument. */
export const bytes = (latin1: string): Uint8Array => Buffer.from(latin1, 'latin1');

/** The bytes of a command as an array of bulk strings. */
export function encodeCommand(command: Command): Buffer {
  const parts: Buffer[] = [];
  const args = toArgs(command);
  parts.push(Buffer.from(`*${args.length}\r\n`));
  for (const arg of args) {
    const body = typeof arg === 'object' ? Buffer.from(arg) : Buffer.from(String(arg));
    parts.push(Buffer.from(`$${body.length}\r\n`), body, Buffer.from('\r\n'));
  }
  return Buffer.concat(parts);
}

/** The arguments of a command, whichever way it is written. */
export function toArgs(command: Command): readonly Arg[] {
  return typeof command === 'string' ? parseLine(command) : command;
}

/**
 * Splits a line as redis-cli does: at blanks; `"..."` with \n \r \t \a \b \\ \" \xHH, `'...'` with \'. An argument that
 * contains an escaped byte is returned as bytes.
 */
export function parseLine(line: string): Arg[] {
  const args: Arg[] = [];
  const token = /\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s"']\S*))(?=\s|$)/gsy;
  let end = 0;
  for (let match = token.exec(line); match !== null; match = token.exec(line)) {
    end = token.lastIndex;
    if (match[1] !== undefined)
      args.push(/\\x/.test(match[1]) ? bytes(withoutEscapes(match[1])) : withoutEscapes(match[1]));
    else args.push(match[2] !== undefined ? match[2].replaceAll("\\'", "'") : match[3]!);
  }
  if (line.slice(end).trim() !== '') throw new Error(`unbalanced quotes in the test's command: ${line}`);
  return args;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', a: '\x07', b: '\b' };

function withoutEscapes(text: string): string {
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|(.))/gs, (_, hex: string | undefined, char: string) => {
    return hex === undefined ? (ESCAPES[char] ?? char) : String.fromCharCode(Number.parseInt(hex, 16));
  });
}

/** A command as redis-cli would take it, cut to `limit` characters: for messages. */
export function formatCommand(command: Command, limit = 300): string {
  const text = toArgs(command)
    .map((arg) => {
      const latin1 = typeof arg === 'object' ? Buffer.from(arg).toString('latin1') : utf8(String(arg));
      return /^[!-~]+$/.test(latin1) && !/["'\\]/.test(latin1) ? latin1 : escapeBytes(latin1);
    })
    .join(' ');
  return text.length <= limit ? text : `${text.slice(0, limit)}... (${text.length} characters)`;
}

/** Bytes in double quotes with escapes, cut to `limit` characters: for messages. */
export function escapeBytes(latin1: string, limit = 2000): string {
  const shown = latin1.slice(0, limit);
  const escaped = JSON.stringify(shown).replace(/[\u007f-\u00ff]|\\u00(..)/g, (char, hex?: string) => {
    return `\\x${hex ?? char.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return latin1.length > limit ? `${escaped}... (${latin1.length} bytes)` : escaped;
}

/**
 * What {@link parseReply} found: a reply and where it ends, or how many bytes there must be before it is worth a retry.
 */
export type ParseResult = { readonly reply: Reply; readonly end: number } | { readonly needs: number };

/** Thrown for bytes that are no RESP. */
export class MalformedReply extends Error {}

/** Parses one reply from `buffer[begin..end)`. O(bytes of the reply). */
export function parseReply(buffer: Buffer, begin: number, end: number): ParseResult {
  const cursor = new Cursor(buffer, begin, end);
  try {
    const attribute = buffer[begin] === 0x7c && begin < end ? (cursor.value() as Map<RespValue, RespValue>) : undefined;
    const value = cursor.value();
    const wire = buffer.toString('latin1', begin, cursor.at);
    return { reply: attribute === undefined ? { wire, value } : { wire, value, attribute }, end: cursor.at };
  } catch (cause) {
    if (cause instanceof Incomplete) return { needs: cause.needs };
    throw cause;
  }
}

class Incomplete extends Error {
  constructor(readonly needs: number) {
    super();
  }
}

class Cursor {
  constructor(
    private readonly buffer: Buffer,
    public at: number,
    private readonly end: number,
  ) {}

  value(): RespValue {
    const line = this.line();
    const rest = line.slice(1);
    switch (line[0]) {
      case '+':
        return rest;
      case '-':
        return new RespError(rest);
      case ':':
        return this.integer(rest);
      case '$':
        return rest === '-1' ? null : this.bytes(this.count(rest));
      case '*':
        return rest === '-1' ? null : this.values(this.count(rest));
      case '_':
        return null;
      case '#':
        if (rest !== 't' && rest !== 'f') throw new MalformedReply(`boolean ${escapeBytes(line)}`);
        return rest === 't';
      case ',':
        return parseDouble(rest);
      case '(':
        return BigInt(rest);
      case '=': {
        const text = this.bytes(this.count(rest));
        return new Verbatim(text.slice(0, 3), text.slice(4));
      }
      case '!':
        return new RespError(this.bytes(this.count(rest)));
      case '%':
      case '|': {
        const items = this.values(2 * this.count(rest));
        const entries = new Map<RespValue, RespValue>();
        for (let i = 0; i < items.length; i += 2) entries.set(items[i]!, items[i + 1]!);
        return entries;
      }
      case '~':
        return new Set(this.values(this.count(rest)));
      case '>':
        return new Push(this.values(this.count(rest)));
      default:
        throw new MalformedReply(
          `the server sent no RESP: ${escapeBytes(this.buffer.toString('latin1', this.at, this.end), 200)}`,
        );
    }
  }

  private line(): string {
    const newline = this.buffer.indexOf('\r\n', this.at, 'latin1');
    if (newline === -1 || newline + 2 > this.end) throw new Incomplete(this.end + 1);
    const line = this.buffer.toString('latin1', this.at, newline);
    this.at = newline + 2;
    return line;
  }

  private bytes(length: number): string {
    const from = this.at;
    if (from + length + 2 > this.end) throw new Incomplete(from + length + 2);
    if (this.buffer.toString('latin1', from + length, from + length + 2) !== '\r\n') {
      throw new MalformedReply(`no CR LF after a string of ${length} bytes`);
    }
    this.at = from + length + 2;
    return this.buffer.toString('latin1', from, from + length);
  }

  private values(count: number): RespValue[] {
    const items: RespValue[] = [];
    for (let i = 0; i < count; i++) items.push(this.value());
    return items;
  }

  private count(text: string): number {
    if (!/^\d+$/.test(text)) throw new MalformedReply(`length ${escapeBytes(text)}`);
    return Number(text);
  }

  private integer(text: string): number | bigint {
    if (!/^[+-]?\d+$/.test(text)) throw new MalformedReply(`integer ${escapeBytes(text)}`);
    return Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
  }
}

function parseDouble(text: string): number {
  if (text === 'inf') return Number.POSITIVE_INFINITY;
  if (text === '-inf') return Number.NEGATIVE_INFINITY;
  if (text === 'nan' || text === '-nan') return Number.NaN;
  if (text === '' || Number.isNaN(Number(text))) throw new MalformedReply(`double ${escapeBytes(text)}`);
  return Number(text);
}
