/** How texts are compared for SORT ALPHA: `locale-collate`, or the environment's locale, as strcoll does it in C. */

/** Below, equal or above 0, as `a` comes before `b`, beside it or behind it. */
export type Collation = (a: Uint8Array, b: Uint8Array) => number;

/** The locales in which texts are compared byte by byte. */
const PLAIN = /^(?:C|POSIX)?(?:\.|$)/i;

const known = new Map<string, Collation>();

/**
 * The order of a locale such as `de_DE.UTF-8`; of the environment's for "". What Node's ICU does not know is compared
 * byte by byte. Texts end at their first NUL.
 */
export function collation(locale: string): Collation {
  const { env } = process;
  const name = locale !== '' ? locale : (env['LC_ALL'] ?? env['LC_COLLATE'] ?? env['LANG'] ?? '');
  let found = known.get(name);
  if (found === undefined) {
    found = make(name);
    known.set(name, found);
  }
  return found;
}

function make(name: string): Collation {
  const tag = name.replace(/[.@].*/, '').replace('_', '-');
  if (PLAIN.test(name) || !isKnown(tag)) return (a, b) => Buffer.compare(untilNul(a), untilNul(b));
  const collator = new Intl.Collator(tag);
  return (a, b) => collator.compare(Buffer.from(untilNul(a)).toString(), Buffer.from(untilNul(b)).toString());
}

function isKnown(tag: string): boolean {
  try {
    return Intl.Collator.supportedLocalesOf(tag).length > 0;
  } catch {
    return false; // not the form of a locale's name
  }
}

function untilNul(text: Uint8Array): Uint8Array {
  const nul = text.indexOf(0);
  return nul < 0 ? text : text.subarray(0, nul);
}
