/**
 * Byte strings: conversion from and to text at the edges where a human reads or writes it, case, copying, and the two
 * notations that Redis has for bytes in text: quoted as in logs and DEBUG replies, and split into arguments as in
 * inline commands and configuration lines.
 */

const BACKSLASH = 0x5c;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;

/** The bytes of a text whose characters are all below 256, one byte each. O(n), the caller owns the result. */
export function latin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** The UTF-8 encoding of a text. O(n), the caller owns the result. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

const encoder = new TextEncoder();

/** The bytes in [from, to) as a text of one character a byte: {@link latin1} gives them back. O(n). */
export function toLatin1(bytes: Uint8Array, from = 0, to = bytes.length): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
}

/**
 * @hot Whether the `length` bytes at `from` spell `lowerToken`, a word of lower-case ASCII letters and other
 * characters, in any mixture of cases. O(length).
 */
export function equalsIgnoreCase(bytes: Uint8Array, from: number, length: number, lowerToken: Uint8Array): boolean {
  if (length !== lowerToken.length) return false;
  for (let i = 0; i < length; i++) {
    if (lowerCase(bytes[from + i]!) !== lowerToken[i]) return false;
  }
  return true;
}

/** @hot The lower-case form of an ASCII letter, any other byte unchanged: C's tolower in the "C" locale. */
export function lowerCase(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}

/**
 * Up to this many bytes a loop is as fast as `subarray` and `set`, and makes no view: 45 ns for 64 bytes either way
 * (bench/micro/bytes.bench.ts, Node 20).
 */
const COPY_LOOP_MAX = 64;

/**
 * @hot Copies `length` bytes of `source` from `from` on to `target` at `at`; the ranges must not overlap. O(length). Up
 * to {@link COPY_LOOP_MAX} bytes it does not allocate. Four bytes a step halve the time of a plain loop.
 */
export function copyBytes(target: Uint8Array, at: number, source: Uint8Array, from: number, length: number): void {
  if (length > COPY_LOOP_MAX) {
    copyLong(target, at, source, from, length);
    return;
  }
  const end = from + length;
  for (const stepsEnd = end - 3; from < stepsEnd; from += 4, at += 4) {
    target[at + 3] = source[from + 3]!;
    target[at] = source[from]!;
    target[at + 1] = source[from + 1]!;
    target[at + 2] = source[from + 2]!;
  }
  while (from < end) target[at++] = source[from++]!;
}

/** Out of line, so that the loop above is inlined into its callers. */
function copyLong(target: Uint8Array, at: number, source: Uint8Array, from: number, length: number): void {
  target.set(source.subarray(from, from + length), at);
}

/**
 * The bytes in double quotes as Redis shows them to humans: quote and backslash escaped, the control characters that
 * have a letter by that letter, whatever else is not printable ASCII as `\xHH`. O(n). {@link splitArgs} reads it back.
 */
export function formatPrintable(bytes: Uint8Array): string {
  let text = '"';
  for (const byte of bytes) {
    const letter = ESCAPE_LETTER.get(byte);
    if (letter !== undefined) text += `\\${letter}`;
    else if (byte >= 0x20 && byte < 0x7f) text += String.fromCharCode(byte);
    else text += `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return `${text}"`;
}

const ESCAPE_LETTER = new Map([
  [BACKSLASH, '\\'],
  [DOUBLE_QUOTE, '"'],
  [0x0a, 'n'],
  [0x0d, 'r'],
  [0x09, 't'],
  [0x07, 'a'],
  [0x08, 'b'],
]);

/** What stands for which byte after a backslash in double quotes; any other character stands for itself. */
const ESCAPED_BYTE = new Map([...ESCAPE_LETTER].map(([byte, letter]) => [letter.charCodeAt(0), byte]));

/**
 * Splits a line into arguments by the rules of Redis' inline commands and configuration files. O(n).
 * - Blanks separate arguments; a quote begins a quoted part, which must be followed by a blank or the end.
 * - In double quotes `\xHH` is a byte, `\n \r \t \b \a` are control characters, a backslash before anything else drops
 *   out.
 * - In single quotes only `\'` is special.
 * - A NUL byte ends the line, as it does for Redis.
 *
 * Returns null when a quote is not closed or is followed by something else than a blank. `from` and `to` count bytes (a
 * text is taken as UTF-8). The caller owns the results.
 */
export function splitArgs(line: Uint8Array | string, from = 0, to?: number): Uint8Array[] | null {
  const bytes = typeof line === 'string' ? utf8(line) : line;
  return new ArgumentSplitter(bytes, from, to ?? bytes.length).split();
}

/** The state of one {@link splitArgs}: a cursor on the line and the argument that is being put together. */
class ArgumentSplitter {
  private readonly token: Uint8Array;
  private tokenLength = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private at: number,
    private readonly to: number,
  ) {
    this.token = new Uint8Array(to - at);
  }

  split(): Uint8Array[] | null {
    const args: Uint8Array[] = [];
    for (;;) {
      while (isSpace(this.peek(0))) this.at++;
      if (this.peek(0) === 0) return args;
      this.tokenLength = 0;
      if (!this.readToken()) return null;
      args.push(this.token.slice(0, this.tokenLength));
    }
  }

  /** The byte `ahead` of the cursor, 0 behind the end of the line. */
  private peek(ahead: number): number {
    const at = this.at + ahead;
    return at < this.to ? this.bytes[at]! : 0;
  }

  private append(byte: number): void {
    this.token[this.tokenLength++] = byte;
  }

  /** Reads up to the end of an argument; false when its quotes are not balanced. */
  private readToken(): boolean {
    for (;;) {
      const byte = this.peek(0);
      if (endsBareToken(byte)) return true;
      this.at++;
      if (byte === DOUBLE_QUOTE) return this.readDoubleQuoted();
      if (byte === SINGLE_QUOTE) return this.readSingleQuoted();
      this.append(byte);
    }
  }

  private readDoubleQuoted(): boolean {
    for (;;) {
      const byte = this.peek(0);
      if (byte === 0) return false;
      this.at++;
      if (byte === DOUBLE_QUOTE) return this.atTokenEnd();
      if (byte !== BACKSLASH || this.peek(0) === 0) {
        this.append(byte);
      } else if (this.peek(0) === 0x78 && hexDigit(this.peek(1)) >= 0 && hexDigit(this.peek(2)) >= 0) {
        this.append(hexDigit(this.peek(1)) * 16 + hexDigit(this.peek(2)));
        this.at += 3;
      } else {
        this.append(ESCAPED_BYTE.get(this.peek(0)) ?? this.peek(0));
        this.at++;
      }
    }
  }

  private readSingleQuoted(): boolean {
    for (;;) {
      const byte = this.peek(0);
      if (byte === 0) return false;
      this.at++;
      if (byte === SINGLE_QUOTE) return this.atTokenEnd();
      if (byte === BACKSLASH && this.peek(0) === SINGLE_QUOTE) {
        this.append(SINGLE_QUOTE);
        this.at++;
      } else {
        this.append(byte);
      }
    }
  }

  private atTokenEnd(): boolean {
    const next = this.peek(0);
    return next === 0 || isSpace(next);
  }
}

/** C's isspace in the "C" locale: blank, tab, line feed, vertical tab, form feed, carriage return. */
function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/** Narrower than {@link isSpace}: vertical tab and form feed do not end an argument without quotes. */
function endsBareToken(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09 || byte === 0;
}

/** The value of a hexadecimal digit, -1 for any other byte. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
