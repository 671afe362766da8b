/**
 * What the table of directives consists of: an entry, and one builder for each type, so that an entry is a line.
 */
import {
  booleanType,
  choiceType,
  type EmptyText,
  flagsType,
  type IntegerNotation,
  type IntegerRange,
  integerType,
  textType,
  type Validator,
  type ValueType,
} from './value-types.js';

/**
 * Where a directive takes effect: `live` at once when CONFIG SET changes it, `startup` only when the server starts,
 * `later` with a feature that is not built yet, `none` never: it is accepted because configurations contain it.
 */
export type Effect = 'live' | 'startup' | 'later' | 'none';

/** One directive. */
export interface Directive<T = unknown> {
  readonly name: string;
  readonly type: ValueType<T>;
  readonly fallback: T;
  /** Other names of the same value, in the order in which CONFIG GET shows them. */
  readonly aliases: readonly string[];
  readonly effect: Effect;
  /** CONFIG SET refuses it. */
  readonly immutable: boolean;
  /** CONFIG GET shows it only to those who ask for its exact name. */
  readonly hidden: boolean;
  /** CONFIG SET refuses it unless `enable-protected-configs` allows. */
  readonly protected: boolean;
  /** CONFIG SET refuses it while a dataset is loaded. */
  readonly denyLoading: boolean;
  /** Its value stays out of logs and of the slow log. */
  readonly sensitive: boolean;
  /** Redstart's own: Redis does not know it. */
  readonly own: boolean;
}

/**
 * What an entry may say beyond name, type and default. Immutable ones take effect at start unless they say otherwise.
 */
export type Traits = Partial<Omit<Directive, 'name' | 'type' | 'fallback'>>;

/** An entry with a type of its own. */
export function directive<T>(name: string, type: ValueType<T>, fallback: T, traits: Traits = {}): Directive<T> {
  return {
    name,
    type,
    fallback,
    aliases: traits.aliases ?? [],
    effect: traits.effect ?? (traits.immutable === true ? 'startup' : 'live'),
    immutable: traits.immutable ?? false,
    hidden: traits.hidden ?? false,
    protected: traits.protected ?? false,
    denyLoading: traits.denyLoading ?? false,
    sensitive: traits.sensitive ?? false,
    own: traits.own ?? false,
  };
}

/** An entry that is `yes` or `no`. */
export function bool(
  name: string,
  fallback: boolean,
  traits: Traits & { validate?: Validator<boolean> } = {},
): Directive<boolean> {
  return directive(name, booleanType(traits.validate), fallback, traits);
}

/** An entry that is an integer from `min` to `max`. */
export function integer(
  name: string,
  fallback: number,
  min: number | bigint,
  max: number | bigint,
  traits: Traits & { notation?: IntegerNotation; adjust?: NonNullable<IntegerRange['adjust']> } = {},
): Directive<number> {
  const { notation = 'plain', adjust } = traits;
  return directive(name, integerType({ min, max, notation, ...(adjust && { adjust }) }), fallback, traits);
}

/** An entry that is an amount of memory from `min` to `max` bytes, with or without a unit. */
export function memory(
  name: string,
  fallback: number,
  min: number | bigint,
  max: number | bigint,
  traits: Traits & { adjust?: NonNullable<IntegerRange['adjust']> } = {},
): Directive<number> {
  return integer(name, fallback, min, max, { ...traits, notation: 'memory' });
}

/** An entry that is one of some words. */
export function choice<const Words extends readonly string[]>(
  name: string,
  fallback: Words[number],
  words: Words,
  traits: Traits = {},
): Directive<Words[number]> {
  return directive<Words[number]>(name, choiceType(words), fallback, traits);
}

/** An entry that is a set of some words, empty by default; `none` is the word for the empty set. */
export function flags<const Words extends readonly string[]>(
  name: string,
  none: string,
  words: Words,
  traits: Traits & { validate?: Validator<readonly Words[number][]> } = {},
): Directive<readonly Words[number][]> {
  return directive<readonly Words[number][]>(name, flagsType(none, words, traits.validate), [], traits);
}

/** An entry that is any text. By default an empty one means "not set". */
export function text(
  name: string,
  fallback: string,
  traits: Traits & { empty?: EmptyText; validate?: Validator<string> } = {},
): Directive<string> {
  return directive(name, textType(traits.empty ?? 'unset', traits.validate), fallback, traits);
}
