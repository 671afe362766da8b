/**
 * Error replies. The first word is the error's code (`ERR`, `WRONGTYPE`...): clients branch on it and INFO errorstats
 * counts by it.
 */

/** An error reply, encoded once: `-<text>\r\n`. Immutable. */
export class ErrorReply {
  /** The first word, such as `ERR`. */
  readonly code: string;
  /** The text without the leading `-` and the trailing CR LF, as latin1. */
  readonly text: string;
  /** The whole reply on the wire. Shared: never written to. */
  readonly bytes: Uint8Array;

  constructor(text: string) {
    // Redis replaces line breaks inside an error, since one would end the reply early.
    this.text = text.replace(/[\r\n]/g, ' ');
    const space = this.text.indexOf(' ');
    this.code = space === -1 ? this.text : this.text.slice(0, space);
    this.bytes = Buffer.from(`-${this.text}\r\n`, 'latin1');
  }
}

/** Makes an error reply from its text with its code word first. Constant texts are made once, at load. */
export function error(text: string): ErrorReply {
  return new ErrorReply(text);
}
