/**
 * The types that a directive can have: how its value is read from text, checked, and shown.
 *
 * A type reads from a list of arguments. The configuration file splits a line by its quotes; CONFIG SET hands over its
 * one value, cut at single blanks when the directive takes several arguments. A refusal is the reason as Redis words
 * it.
 */
import { formatPrintable } from '../util/bytes.js';
import { parseMemorySize64 } from '../util/memory-size.js';
import { formatFixed, parseBigInt64, parseDouble } from '../util/numbers.js';
import { encodeText } from './text.js';

/** A value that was read, or the reason why it was not. `exact` is the integer behind a number that rounded it. */
export type Parsed<T> = { readonly value: T; readonly exact?: bigint } | { readonly error: string };

/** Where a value comes from. */
export interface ParseContext {
  /** True while the configuration is loaded at start, false for CONFIG SET. */
  readonly loading: boolean;
  /** Whether this load has set the directive before: `save` lines add up, but the first one replaces the defaults. */
  readonly again: boolean;
  /** What `dir` is now, for values that are relative to it. */
  readonly directory: string;
}

/**
 * How the values of a directive are read and shown. (Methods, not function properties: their parameters compare
 * bivariantly, so that directives of all types fit into one table.)
 */
export interface ValueType<T> {
  /** What is documented as the type. */
  readonly label: string;
  /** Takes a list of arguments rather than exactly one. */
  readonly multiple: boolean;
  /** Reads a value; `current` is what holds until now. */
  parse(args: readonly string[], current: T, context: ParseContext): Parsed<T>;
  /** The value as CONFIG GET shows it; `exact` is what {@link Parsed} carried. */
  format(value: T, exact?: bigint): string;
  /** What CONFIG REWRITE writes behind the name, an entry a line; none removes the directive from the file. */
  fileLines(value: T, fallback: T, exact?: bigint): readonly FileLine[];
}

/** One line that CONFIG REWRITE has for a directive. */
export interface FileLine {
  /** What stands behind the name. */
  readonly text: string;
  /** Added when the file has no line to replace. A value that is the default only replaces. */
  readonly required: boolean;
}

/** A check beyond the type: the reason of a refusal, or null. */
export type Validator<T> = (value: T) => string | null;

/** `yes` or `no`, in any case. */
export function booleanType(validate?: Validator<boolean>): ValueType<boolean> {
  return {
    label: 'yes | no',
    multiple: false,
    parse(args) {
      const word = args[0]!.toLowerCase();
      if (word !== 'yes' && word !== 'no') return { error: "argument must be 'yes' or 'no'" };
      return checked(word === 'yes', validate);
    },
    format: (value) => (value ? 'yes' : 'no'),
    fileLines: (value, fallback) => [{ text: value ? 'yes' : 'no', required: value !== fallback }],
  };
}

/** How the text of an integer is read: plain, with a memory unit, as octal digits, or as memory or a percentage. */
export type IntegerNotation = 'plain' | 'memory' | 'octal' | 'memory-or-percent';

/** What an integer directive allows. Limits beyond 2^53 are bigints. */
export interface IntegerRange {
  readonly min: number | bigint;
  readonly max: number | bigint;
  readonly notation: IntegerNotation;
  /** Replaces a valid value by one that the server can work with. */
  readonly adjust?: (value: number, context: ParseContext) => number;
}

/** An integer of up to 64 bits. A percentage is held as its negative: 5% is -5. */
export function integerType(range: IntegerRange): ValueType<number> {
  const { notation, adjust } = range;
  const min = BigInt(range.min);
  const max = BigInt(range.max);
  const percent = notation === 'memory-or-percent';
  const radix = notation === 'octal' ? 8 : 10;
  const outside = `argument must be between ${min.toString(radix)} and ${max.toString(radix)} inclusive`;
  return {
    label: notation === 'plain' ? 'integer' : notation,
    multiple: false,
    parse(args, _current, context) {
      const exact = readInteger(args[0]!, notation);
      if (typeof exact === 'string') return { error: exact };
      if (percent && exact < min) return { error: 'percentage argument must be less or equal to 100' };
      if (exact < min || exact > max) return { error: outside };
      const value = Number(exact);
      const adjusted = adjust === undefined ? value : adjust(value, context);
      return adjusted === value ? { value, exact } : { value: adjusted };
    },
    format(value, exact) {
      if (percent && value < 0) return `${-value}%`;
      return (exact ?? BigInt(value)).toString(radix);
    },
    fileLines(value, fallback, exact) {
      const inUnits = notation === 'memory' || (percent && value >= 0);
      const text = inUnits ? formatMemory(exact ?? BigInt(value)) : this.format(value, exact);
      return [{ text, required: value !== fallback }];
    },
  };
}

const INT64_MAX = 2n ** 63n - 1n;

/** The integer that a text stands for, or the reason why it stands for none. */
function readInteger(text: string, notation: IntegerNotation): bigint | string {
  if (notation === 'plain') {
    const bytes = encodeText(text);
    return parseBigInt64(bytes, 0, bytes.length) ?? "argument couldn't be parsed into an integer";
  }
  if (notation === 'octal') {
    const match = /^\s*([+-]?)([0-7]*)$/.exec(text);
    if (match === null || (match[2] === '' && text !== '')) return "argument couldn't be parsed as an octal number";
    const magnitude = BigInt(`0o${match[2] === '' ? '0' : match[2]}`);
    return match[1] === '-' ? -magnitude : magnitude;
  }
  if (notation === 'memory-or-percent') {
    if (text.endsWith('%')) {
      const share = /^(0|[1-9]\d{0,17})%$/.exec(text);
      return share === null ? 'argument must be a memory or percent value' : -BigInt(share[1]!);
    }
    const size = parseMemorySize64(text);
    // Redis reads these as signed: an amount beyond 2^63 is a percentage to it.
    return size === null ? 'argument must be a memory or percent value' : BigInt.asIntN(64, size);
  }
  return parseMemorySize64(text) ?? 'argument must be a memory value';
}

/** Bytes in the largest unit that divides them, as the rewritten configuration shows them. */
export function formatMemory(bytes: bigint): string {
  if (bytes > 0n) {
    if (bytes % 1073741824n === 0n) return `${bytes / 1073741824n}gb`;
    if (bytes % 1048576n === 0n) return `${bytes / 1048576n}mb`;
    if (bytes % 1024n === 0n) return `${bytes / 1024n}kb`;
  }
  return bytes.toString();
}

/** One of a few words, in any case. */
export function choiceType<const Words extends readonly string[]>(words: Words): ValueType<Words[number]> {
  const refusal = { error: `argument(s) must be one of the following: ${words.join(', ')}` };
  return {
    label: words.join(' | '),
    multiple: false,
    parse(args) {
      const word = args[0]!.toLowerCase();
      const value: Words[number] | undefined = words.find((each) => each === word);
      return value === undefined ? refusal : { value };
    },
    format: (value) => value,
    fileLines: (value, fallback) => [{ text: value, required: value !== fallback }],
  };
}

/** Any of a few words, which add up; `none` is the word for the empty list. */
export function flagsType<const Words extends readonly string[]>(
  none: string,
  words: Words,
  validate?: Validator<readonly Words[number][]>,
): ValueType<readonly Words[number][]> {
  const refusal = { error: `argument(s) must be one of the following: ${[none, ...words].join(', ')}` };
  return {
    label: `${none} | ${words.join(' + ')}`,
    multiple: true,
    parse(args) {
      const given = args.map((each) => each.toLowerCase());
      if (given.length === 0 || !given.every((each) => each === none || words.includes(each))) return refusal;
      const value: readonly Words[number][] = words.filter((each) => given.includes(each));
      return checked(value, validate);
    },
    format: (value) => (value.length === 0 ? none : value.join(' ')),
    fileLines(value, fallback) {
      const text = this.format(value);
      return [{ text, required: text !== this.format(fallback) }];
    },
  };
}

/** What a text directive's empty value means: not set, so that its line leaves the file, or a value like any other. */
export type EmptyText = 'unset' | 'value';

/** Any text. */
export function textType(empty: EmptyText, validate?: Validator<string>): ValueType<string> {
  return {
    label: 'text',
    multiple: false,
    parse: (args) => checked(args[0]!, validate),
    format: (value) => value,
    fileLines(value, fallback) {
      if (value === '' && empty === 'unset') return [];
      return [{ text: quote(value), required: value !== fallback }];
    },
  };
}

/** A text in double quotes, as the configuration file reads it back. */
export function quote(text: string): string {
  return formatPrintable(encodeText(text));
}

function checked<T>(value: T, validate: Validator<T> | undefined): Parsed<T> {
  const error = validate === undefined ? null : validate(value);
  return error === null ? { value } : { error };
}

/**
 * The integer that C's strtoll reads when it must use up the whole text, clamped to 64 bits; null when something is
 * left over. The empty text is 0.
 */
export function readCInteger(text: string): bigint | null {
  if (text === '') return 0n;
  const match = /^[ \t\n\v\f\r]*([+-]?\d+)$/.exec(text);
  if (match === null) return null;
  const value = BigInt(match[1]!);
  return value > INT64_MAX ? INT64_MAX : value < -INT64_MAX - 1n ? -INT64_MAX - 1n : value;
}

/** The percentage that a text spells, NaN when it spells none. */
export function readPercentile(text: string): number {
  const bytes = encodeText(text);
  return parseDouble(bytes, 0, bytes.length);
}

/** A number with up to 6 decimals and no zeros at its end. */
export function formatShort(value: number): string {
  return formatFixed(value, 6).replace(/\.?0+$/, '');
}
