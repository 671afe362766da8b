/**
 * Glob patterns over bytes, exactly as Redis 7.4 matches them (KEYS, SCAN MATCH, PSUBSCRIBE, CONFIG GET, ACL):
 * `*` any run, `?` any byte, `[a-c^]` a class with ranges in either direction, `[^...]` its complement, `\` takes the
 * next byte literally. Differences to other globs that clients may see:
 * - nothing matches the empty text but the empty pattern: not even `*` (callers treat a lone `*` as "all" beforehand);
 * - a class that is not closed ends with the pattern (`[a-]` is one: the bracket is the range's other end); a backslash
 *   at the very end stands for itself;
 * - bytes count as signed in ranges: `[\x80-a]` spans 0x80..0xff and 0x00..0x61;
 * - in a class, an escaped byte is compared with its case even where case is ignored;
 * - a pattern whose match passes 1000 separate `*` with more behind them is refused.
 *
 * Redis matches by recursion at every `*`. When the rest of a pattern behind one `*` is found nowhere, no other choice
 * for an earlier `*` can help, so one pair of positions to fall back to is enough: O(pattern * text), no recursion.
 */
import { lowerCase } from './bytes.js';

const STAR = 0x2a;
const QUESTION = 0x3f;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const BACKSLASH = 0x5c;
const CARET = 0x5e;
const DASH = 0x2d;

/** How many `*` with something behind them a match may pass. */
const STARS_MAX = 1000;

/**
 * Whether the whole of `text` matches `pattern`; with `nocase`, ASCII letters match in either case. O(pattern * text).
 */
export function globMatch(pattern: Uint8Array, text: Uint8Array, nocase = false): boolean {
  return globMatchRange(pattern, text, 0, text.length, nocase);
}

/** @hot {@link globMatch} for the bytes of `text` in [from, to). Allocates nothing. */
export function globMatchRange(
  pattern: Uint8Array,
  text: Uint8Array,
  from: number,
  to: number,
  nocase: boolean,
): boolean {
  const end = pattern.length;
  let p = 0;
  let t = from;
  let resumePattern = -1; // just behind the last `*` passed, -1 before the first
  let resumeText = 0; // where the text behind that `*` was taken to begin
  let stars = 0;
  for (;;) {
    if (t === to) {
      // An empty text never reaches the pattern's stars.
      if (to > from) while (p < end && pattern[p] === STAR) p++;
      if (p === end) return true;
    } else if (p < end) {
      if (pattern[p] === STAR) {
        while (p + 1 < end && pattern[p + 1] === STAR) p++;
        if (++p === end) return true;
        if (++stars > STARS_MAX) return false;
        resumePattern = p;
        resumeText = t;
        continue;
      }
      const next = matchOne(pattern, p, text[t]!, nocase);
      if (next >= 0) {
        p = next;
        t++;
        continue;
      }
    }
    // Let the last `*` swallow one byte more.
    if (resumePattern < 0 || ++resumeText >= to) return false;
    p = resumePattern;
    t = resumeText;
  }
}

/**
 * @hot Matches `byte` with the pattern's element at `p`, which is no `*`: where the next one begins, -1 for no match.
 */
function matchOne(pattern: Uint8Array, p: number, byte: number, nocase: boolean): number {
  let literal = pattern[p]!;
  if (literal === QUESTION) return p + 1;
  if (literal === OPEN) return matchClass(pattern, p + 1, byte, nocase);
  if (literal === BACKSLASH && p + 1 < pattern.length) literal = pattern[++p]!;
  return literal === byte || (nocase && lowerCase(literal) === lowerCase(byte)) ? p + 1 : -1;
}

/** @hot {@link matchOne} for a class whose first byte behind the bracket is at `p`. */
function matchClass(pattern: Uint8Array, p: number, byte: number, nocase: boolean): number {
  const end = pattern.length;
  const negated = p < end && pattern[p] === CARET;
  if (negated) p++;
  let matched = false;
  for (; p < end && pattern[p] !== CLOSE; p++) {
    if (pattern[p] === BACKSLASH && p + 1 < end) {
      if (pattern[++p] === byte) matched = true;
    } else if (p + 2 < end && pattern[p + 1] === DASH) {
      if (inRange(pattern[p]!, pattern[p + 2]!, byte, nocase)) matched = true;
      p += 2;
    } else if (pattern[p] === byte || (nocase && lowerCase(pattern[p]!) === lowerCase(byte))) {
      matched = true;
    }
  }
  if (matched === negated) return -1;
  return p < end ? p + 1 : end;
}

/** @hot Bytes are signed here, and the ends are put in order before the case is folded, as in Redis. */
function inRange(a: number, b: number, byte: number, nocase: boolean): boolean {
  let low = Math.min((a << 24) >> 24, (b << 24) >> 24);
  let high = Math.max((a << 24) >> 24, (b << 24) >> 24);
  let c = (byte << 24) >> 24;
  if (nocase) {
    low = lowerCase(low);
    high = lowerCase(high);
    c = lowerCase(c);
  }
  return c >= low && c <= high;
}
