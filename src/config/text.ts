/**
 * Configuration values are text to whoever reads `config.dir`, yet bytes on the wire and in the file, and a password
 * may be any bytes. So values are decoded as UTF-8, and each byte that is no part of valid UTF-8 becomes the lone
 * surrogate U+DC80 + (byte - 0x80), which valid UTF-8 never yields (the idea is PEP 383's). The way back is exact for
 * every input.
 */

const LONE_SURROGATE = /[\ud800-\udfff]/u; // with the flag u, halves of pairs do not count
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text that bytes of the configuration stand for; {@link encodeText} gives the same bytes back. O(n). */
export function decodeText(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    // Not valid as a whole, which TextDecoder tells by throwing: take what is valid and escape the other bytes.
    return decodeMixed(bytes);
  }
}

/**
 * The bytes of a text that {@link decodeText} made, or of any well-formed text in UTF-8. O(n), the caller owns them.
 */
export function encodeText(text: string): Uint8Array {
  if (!LONE_SURROGATE.test(text)) return new Uint8Array(Buffer.from(text, 'utf8'));
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code >= 0xdc80 && code <= 0xdcff) bytes.push(code - 0xdc00);
    else bytes.push(...Buffer.from(character, 'utf8'));
  }
  return Uint8Array.from(bytes);
}

function decodeMixed(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    text += length > 0 ? strict.decode(bytes.subarray(at, at + length)) : String.fromCharCode(0xdc00 + bytes[at]!);
    at += Math.max(length, 1);
  }
  return text;
}

/** Length of the valid UTF-8 sequence at `at`, 0 when there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  const length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length <= 1 || at + length > bytes.length) return length <= 1 ? length : 0;
  try {
    strict.decode(bytes.subarray(at, at + length));
    return length;
  } catch {
    // Overlong, a surrogate, or cut short: no sequence begins here.
    return 0;
  }
}
