/** Why a configuration cannot be used: thrown while it is loaded, shown by the command line, or met by an embedder. */

/**
 * How Redis reports it: in a block on standard error that names the line, or as one line of the log when what is wrong
 * is no line (a file that cannot be opened, directives that exclude each other).
 */
export type ConfigErrorKind = 'block' | 'log';

/** A configuration that cannot be used. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  /**
   * @param kind how to report it
   * @param reason what is wrong, as Redis words it
   * @param line 1-based number of the line in its file, null when the reason is no single line; the lines that come
   *   from the command line are counted behind those of the file
   * @param text the line without blanks around it, null when there is none
   */
  constructor(
    readonly kind: ConfigErrorKind,
    readonly reason: string,
    readonly line: number | null = null,
    readonly text: string | null = null,
  ) {
    super(line === null ? reason : `${reason} (line ${line}: ${text})`);
  }

  /** The block for standard error, an empty line first and a newline last. */
  formatBlock(redisVersion: string): string {
    const where =
      this.line === null ? '' : `Reading the configuration file, at line ${this.line}\n>>> '${this.text ?? ''}'\n`;
    return `\n*** FATAL CONFIG FILE ERROR (Redis ${redisVersion}) ***\n${where}${this.reason}\n`;
  }
}
