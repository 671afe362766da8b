/**
 * Value types of single directives: those with a grammar of their own. See value-types.ts for the contract.
 */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseMemorySize } from '../util/memory-size.js';
import { systemErrorText } from './system-error.js';
import {
  formatMemory,
  formatShort,
  type Parsed,
  quote,
  readCInteger,
  readPercentile,
  type ValueType,
} from './value-types.js';

/** A point of the `save` directive: write a snapshot after so many changes within so many seconds. */
export interface SavePoint {
  readonly seconds: number;
  readonly changes: number;
}

/** Limits of what may wait in the output buffer of a client; 0 is no limit. */
export interface OutputBufferLimit {
  readonly hardBytes: number;
  readonly softBytes: number;
  /** How long a client may stay above the soft limit. */
  readonly softSeconds: number;
}

/** `client-output-buffer-limit`, a limit for each class of clients. */
export interface OutputBufferLimits {
  readonly normal: OutputBufferLimit;
  readonly replica: OutputBufferLimit;
  readonly pubsub: OutputBufferLimit;
}

/** Where `replicaof` points. */
export interface PrimaryAddress {
  readonly host: string;
  readonly port: number;
}

/** `save`: seconds and changes in turn. In a configuration the points of several lines add up; none at all is "". */
export const saveType: ValueType<readonly SavePoint[]> = {
  label: 'seconds changes ...',
  multiple: true,
  parse(args, current, context) {
    const numbers = args.length === 1 && args[0] === '' ? [] : args.map(readCInteger);
    if (numbers.length % 2 !== 0) return { error: 'Invalid save parameters' };
    const points: SavePoint[] = [];
    for (let i = 0; i < numbers.length; i += 2) {
      const seconds = numbers[i] ?? null;
      const changes = numbers[i + 1] ?? null;
      if (seconds === null || changes === null || seconds < 1n || changes < 0n) {
        return { error: 'Invalid save parameters' };
      }
      points.push({ seconds: Number(seconds), changes: Number(BigInt.asIntN(32, changes)) });
    }
    const addsUp = context.loading && context.again && points.length > 0;
    return { value: addsUp ? [...current, ...points] : points };
  },
  format: (value) => value.map((point) => `${integerText(point.seconds)} ${point.changes}`).join(' '),
  fileLines(value) {
    if (value.length === 0) return [{ text: '""', required: true }];
    return value.map((point) => ({ text: `${integerText(point.seconds)} ${point.changes}`, required: true }));
  },
};

/** The digits of an integer that may have been rounded from the largest int64. */
function integerText(value: number): string {
  return value >= 2 ** 63 ? '9223372036854775807' : BigInt(value).toString();
}

const CLIENT_CLASSES = new Map<string, keyof OutputBufferLimits>([
  ['normal', 'normal'],
  ['slave', 'replica'],
  ['replica', 'replica'],
  ['pubsub', 'pubsub'],
]);

/** `client-output-buffer-limit`: class, hard limit, soft limit and seconds, once or more; other classes stay. */
export const outputBufferLimitsType: ValueType<OutputBufferLimits> = {
  label: 'class hard soft seconds ...',
  multiple: true,
  parse(args, current): Parsed<OutputBufferLimits> {
    if (args.length % 4 !== 0) return { error: 'Wrong number of arguments in buffer limit configuration.' };
    const limits = { ...current };
    for (let i = 0; i < args.length; i += 4) {
      const clientClass = CLIENT_CLASSES.get(args[i]!.toLowerCase());
      if (clientClass === undefined) return { error: 'Invalid client class specified in buffer limit configuration.' };
      const hardBytes = parseMemorySize(args[i + 1]!);
      const softBytes = parseMemorySize(args[i + 2]!);
      const softSeconds = readCInteger(args[i + 3]!);
      if (Number.isNaN(hardBytes) || Number.isNaN(softBytes) || softSeconds === null || softSeconds < 0n) {
        return { error: 'Error in hard, soft or soft_seconds setting in buffer limit configuration.' };
      }
      limits[clientClass] = { hardBytes, softBytes, softSeconds: Number(softSeconds) };
    }
    return { value: limits };
  },
  format: ({ normal, replica, pubsub }) =>
    `normal ${limitText(normal)} slave ${limitText(replica)} pubsub ${limitText(pubsub)}`,
  fileLines(value, fallback) {
    return (['normal', 'replica', 'pubsub'] as const).map((name) => {
      const { hardBytes, softBytes, softSeconds } = value[name];
      const text = `${name} ${formatMemory(BigInt(hardBytes))} ${formatMemory(BigInt(softBytes))} ${softSeconds}`;
      return { text, required: limitText(value[name]) !== limitText(fallback[name]) };
    });
  },
};

function limitText(limit: OutputBufferLimit): string {
  return `${BigInt(limit.hardBytes)} ${BigInt(limit.softBytes)} ${limit.softSeconds}`;
}

/** `oom-score-adj-values`: three scores, for a primary, a replica and a child. */
export const oomScoresType: ValueType<readonly number[]> = {
  label: 'three integers from -2000 to 2000',
  multiple: true,
  parse(args) {
    if (args.length !== 3) return { error: 'wrong number of arguments' };
    const scores = args.map(readCInteger);
    if (scores.some((score) => score === null || score < -2000n || score > 2000n)) {
      return { error: 'Invalid oom-score-adj-values, elements must be between -2000 and 2000.' };
    }
    return { value: scores.map(Number) };
  },
  format: (value) => value.join(' '),
  fileLines: (value, fallback) => [{ text: value.join(' '), required: value.join(' ') !== fallback.join(' ') }],
};

/** Bits of `notify-keyspace-events`, numbered as modules of Redis see them. */
export const NOTIFY_KEYSPACE = 1 << 0; // K
export const NOTIFY_KEYEVENT = 1 << 1; // E
export const NOTIFY_GENERIC = 1 << 2; // g
export const NOTIFY_STRING = 1 << 3; // $
export const NOTIFY_LIST = 1 << 4; // l
export const NOTIFY_SET = 1 << 5; // s
export const NOTIFY_HASH = 1 << 6; // h
export const NOTIFY_ZSET = 1 << 7; // z
export const NOTIFY_EXPIRED = 1 << 8; // x
export const NOTIFY_EVICTED = 1 << 9; // e
export const NOTIFY_STREAM = 1 << 10; // t
export const NOTIFY_KEY_MISS = 1 << 11; // m
export const NOTIFY_MODULE = 1 << 13; // d
export const NOTIFY_NEW = 1 << 14; // n

/** The classes that `A` stands for: all but key misses and new keys, which would be a message a read or write. */
export const NOTIFY_ALL =
  NOTIFY_GENERIC |
  NOTIFY_STRING |
  NOTIFY_LIST |
  NOTIFY_SET |
  NOTIFY_HASH |
  NOTIFY_ZSET |
  NOTIFY_EXPIRED |
  NOTIFY_EVICTED |
  NOTIFY_STREAM |
  NOTIFY_MODULE;

/** The letters in the order in which CONFIG GET shows them; the first group is replaced by `A` when it is complete. */
const CLASS_LETTERS: readonly (readonly [string, number])[] = [
  ['g', NOTIFY_GENERIC],
  ['$', NOTIFY_STRING],
  ['l', NOTIFY_LIST],
  ['s', NOTIFY_SET],
  ['h', NOTIFY_HASH],
  ['z', NOTIFY_ZSET],
  ['x', NOTIFY_EXPIRED],
  ['e', NOTIFY_EVICTED],
  ['t', NOTIFY_STREAM],
  ['d', NOTIFY_MODULE],
  ['n', NOTIFY_NEW],
];
const CHANNEL_LETTERS: readonly (readonly [string, number])[] = [
  ['K', NOTIFY_KEYSPACE],
  ['E', NOTIFY_KEYEVENT],
  ['m', NOTIFY_KEY_MISS],
];
const LETTERS = new Map([['A', NOTIFY_ALL], ...CLASS_LETTERS, ...CHANNEL_LETTERS]);

/** `notify-keyspace-events`: letters of channels and event classes, held as a set of bits. */
export const keyspaceEventsType: ValueType<number> = {
  label: 'letters',
  multiple: false,
  parse(args) {
    let bits = 0;
    for (const letter of args[0]!) {
      const bit = LETTERS.get(letter);
      if (bit === undefined) return { error: "Invalid event class character. Use 'Ag$lshzxeKEtmdn'." };
      bits |= bit;
    }
    return { value: bits };
  },
  format(value) {
    const all = (value & NOTIFY_ALL) === NOTIFY_ALL;
    return (all ? 'A' : lettersOf(value, CLASS_LETTERS)) + lettersOf(value, CHANNEL_LETTERS);
  },
  fileLines(value, fallback) {
    return [{ text: quote(this.format(value)), required: value !== fallback }];
  },
};

function lettersOf(bits: number, letters: readonly (readonly [string, number])[]): string {
  return letters.map(([letter, bit]) => ((bits & bit) !== 0 ? letter : '')).join('');
}

const BIND_ADDRESSES_MAX = 16;

/** `bind`: addresses to listen on, those with a `-` in front may be missing; none at all is "". */
export const bindType: ValueType<readonly string[]> = {
  label: 'addresses',
  multiple: true,
  parse(args) {
    if (args.length > BIND_ADDRESSES_MAX) return { error: 'Too many bind addresses specified.' };
    return { value: args.length === 1 && args[0] === '' ? [] : args };
  },
  format: (value) => value.join(' '),
  fileLines(value, fallback) {
    if (value.join(' ') === fallback.join(' ')) return [];
    return [{ text: value.length === 0 ? '""' : value.join(' '), required: true }];
  },
};

/** `replicaof`: host and port of the primary, or `no one`. */
export const replicaofType: ValueType<PrimaryAddress | null> = {
  label: 'host port | no one',
  multiple: true,
  parse(args) {
    if (args.length !== 2) return { error: 'wrong number of arguments' };
    const [host, portText] = [args[0]!, args[1]!];
    if (host.toLowerCase() === 'no' && portText.toLowerCase() === 'one') return { value: null };
    const port = readCInteger(portText);
    if (port === null || port < 0n || port > 65535n) return { error: 'Invalid master port' };
    return { value: { host, port: Number(port) } };
  },
  format: (value) => (value === null ? '' : `${value.host} ${value.port}`),
  fileLines(value) {
    return value === null ? [] : [{ text: `${value.host} ${value.port}`, required: true }];
  },
};

/** `latency-tracking-info-percentiles`: numbers from 0 to 100, none at all is "". */
export const percentilesType: ValueType<readonly number[]> = {
  label: 'percentiles',
  multiple: true,
  parse(args) {
    const percentiles: number[] = [];
    for (const text of args.length === 1 && args[0] === '' ? [] : args) {
      const percentile = readPercentile(text);
      if (Number.isNaN(percentile)) return { error: 'Invalid latency-tracking-info-percentiles parameters' };
      if (percentile < 0 || percentile > 100) {
        return { error: 'latency-tracking-info-percentiles parameters should sit between [0.0,100.0]' };
      }
      percentiles.push(percentile);
    }
    return { value: percentiles };
  },
  format: (value) => value.map(formatShort).join(' '),
  fileLines(value) {
    return [{ text: value.length === 0 ? '""' : this.format(value), required: true }];
  },
};

/**
 * `dir`: an existing directory, held as an absolute path. The process never changes its own working directory, since
 * several servers can live in it: whoever opens a file resolves its name against this value.
 */
export const directoryType: ValueType<string> = {
  label: 'directory',
  multiple: false,
  parse(args, _current, context) {
    if (args[0] === '') return { error: 'No such file or directory' };
    const path = resolve(context.directory, args[0]!);
    try {
      return statSync(path).isDirectory() ? { value: path } : { error: 'Not a directory' };
    } catch (error) {
      return { error: systemErrorText(error) };
    }
  },
  format: (value) => value,
  fileLines: (value) => [{ text: quote(value), required: true }],
};
