/**
 * Loads a configuration at start: the grammar of the file, the directives that only a file can contain, and the checks
 * that need more than one directive.
 *
 * A line is blank, a comment (`#` first), or a name and its arguments with the quoting of util/bytes.ts. Names ignore
 * case. What stands later wins, but `save` lines add up and `client-output-buffer-limit` changes one class. Standard
 * input and the lines of the command line count as lines behind those of the file, with one empty line before the
 * latter, so that the numbers in messages are those of Redis. An included file counts its own lines.
 */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { splitArgs } from '../util/bytes.js';
import { readCommandLine } from './command-line.js';
import type { Config, ConfiguredModule, ConfiguredUser } from './config.js';
import { ConfigError, type ConfigErrorKind } from './config-error.js';
import { expandFilePattern, isFilePattern } from './include.js';
import { systemErrorText } from './system-error.js';
import { type FieldName, findDirective, findField, type NamedDirective } from './table.js';
import { decodeText, encodeText } from './text.js';

/** A value as an embedder writes it: `true`, `7000`, `'1gb'`, `['127.0.0.1', '-::1']`. */
export type OverrideValue = string | number | boolean | readonly (string | number)[];

/** Where a configuration comes from. Later fields win over earlier ones. */
export interface ConfigSources {
  /** The configuration file, or a pattern of several. */
  readonly file?: string;
  /** What `dir` is at first, and what relative names mean until it is set: by default the working directory. */
  readonly directory?: string;
  /** What standard input says; with `args` only read when they ask for it. */
  readonly stdin?: string | Uint8Array;
  /** Lines of configuration. */
  readonly text?: string;
  /** Arguments of a command line, which may name the file. */
  readonly args?: readonly string[];
  /** Directives by name (`maxmemory-policy`) or field (`maxmemoryPolicy`); undefined ones are skipped. */
  readonly overrides?: Readonly<Record<string, OverrideValue | undefined>>;
  /** Checks that need to know more than the configuration does. */
  readonly checks?: LoadChecks;
}

/** Checks that layers above this one bring along. Without one, everything passes. */
export interface LoadChecks {
  /** Whether there is a command of this name, for `rename-command`; undefined when that is not known. */
  readonly commandExists?: (name: string) => boolean | undefined;
  /** The first rule of a `user` line that is wrong, by its index, with the reason; null when all are right. */
  readonly userRules?: (rules: readonly string[]) => { readonly index: number; readonly reason: string } | null;
}

/** Reads the sources into a configuration that holds defaults. Throws ConfigError for the first thing that is wrong. */
export function loadSources(config: Config, sources: ConfigSources): void {
  new Loader(config, sources.checks ?? {}).load(sources);
}

const BAD_DIRECTIVE = 'Bad directive or wrong number of arguments';

/** How deep includes may nest: far above any use, and below the stack's end for a file that includes itself. */
const INCLUDE_DEPTH_MAX = 64;

/** Directives of old versions that still pass with one argument of any kind, and mean nothing. */
const DEPRECATED = new Set(['list-max-ziplist-entries', 'list-max-ziplist-value', 'lua-replicate-commands']);

/** Thrown inside the loader with the reason; the loop over the lines adds where it is. */
class LineError extends Error {}

class Loader {
  private readonly seen = new Set<FieldName>();
  private readonly users: ConfiguredUser[] = [];
  private readonly modules: ConfiguredModule[] = [];
  private readonly renamed: (readonly [string, string])[] = [];
  private readonly renames = new Map<string, boolean>(); // names that renaming removed (false) or made (true)
  private hasModuleDirectives = false;
  private depth = 0;
  /** Whether `save` lines add up: behind an include they replace what was, a quirk of Redis that files may rely on. */
  private addsUp = false;

  constructor(
    private readonly config: Config,
    private readonly checks: LoadChecks,
  ) {}

  load(sources: ConfigSources): void {
    const commandLine = readCommandLine(sources.args ?? []);
    const name = sources.file ?? commandLine.file;
    if (sources.directory !== undefined) this.config.dir = resolve(sources.directory);
    const file = name === null ? null : resolve(this.config.dir, name);
    let text = file === null ? '' : this.readFiles(file);
    this.config.configFile = file;
    if (sources.stdin !== undefined && (sources.args === undefined || commandLine.readsStdin)) {
      text += typeof sources.stdin === 'string' ? sources.stdin : decodeText(sources.stdin);
    }
    if (sources.text !== undefined) text += `\n${sources.text}`;
    if (commandLine.lines !== '') text += `\n${commandLine.lines}`;
    this.readLines(text);
    for (const [key, value] of Object.entries(sources.overrides ?? {})) {
      if (value !== undefined) this.override(key, value);
    }
    this.config.users = this.users;
    this.config.modules = this.modules;
    this.config.renamedCommands = this.renamed;
    this.checkWhole();
  }

  /** The text of a file, or of all files that match when the name is a pattern. */
  private readFiles(name: string): string {
    const paths = isFilePattern(name) ? expandFilePattern(name, this.config.dir) : [name];
    let text = '';
    for (const path of paths) {
      try {
        if (path === '')
          throw new ConfigError('log', `Fatal error, can't open config file '': No such file or directory`);
        text += decodeText(readFileSync(resolve(this.config.dir, path)));
      } catch (error) {
        if (error instanceof ConfigError) throw error;
        // A directory can be opened, only reading gives nothing: Redis takes it for an empty file.
        if (error instanceof Error && 'code' in error && error.code === 'EISDIR') continue;
        throw new ConfigError('log', `Fatal error, can't open config file '${path}': ${systemErrorText(error)}`);
      }
    }
    return text;
  }

  private readLines(text: string): void {
    this.addsUp = true;
    // Redis' lines are C strings: behind a NUL the rest of a line is lost, with its end, so that the next one follows
    // on.
    for (const [i, untrimmed] of text
      .replace(/\0[^\n]*\n?/g, '')
      .split('\n')
      .entries()) {
      const line = trimLine(untrimmed);
      if (line === '' || line.startsWith('#')) continue;
      try {
        this.readLine(line);
      } catch (error) {
        if (error instanceof LineError) throw new ConfigError('block', error.message, i + 1, line);
        throw error;
      }
    }
    this.addsUp = false;
  }

  private readLine(line: string): void {
    const words = splitArgs(encodeText(line))?.map(decodeText);
    if (words === undefined) throw new LineError('Unbalanced quotes in configuration line');
    const [typed, ...args] = words;
    if (typed === undefined) return;
    const name = typed.toLowerCase();
    const named = findDirective(name);
    if (named !== undefined) this.assign(named, args);
    else this.readFileDirective(name, args, words);
  }

  private assign(named: NamedDirective, args: readonly string[]): void {
    const { field, directive } = named;
    if (!directive.type.multiple && args.length !== 1) throw new LineError('wrong number of arguments');
    // Several values in one pair of quotes are taken apart, as in `save "60 1"`.
    const only = directive.type.multiple && args.length === 1 ? args[0]! : '';
    const values = only === '' ? args : (splitArgs(encodeText(only))?.map(decodeText) ?? []);
    const context = { loading: true, again: this.addsUp && this.seen.has(field), directory: this.config.dir };
    const error = this.config.assign(named, values, context);
    if (error !== null) throw new LineError(error);
    this.seen.add(field);
  }

  /** The directives that are no values: they can stand in a file (or on the command line), and CONFIG knows none. */
  private readFileDirective(name: string, args: readonly string[], words: readonly string[]): void {
    if (DEPRECATED.has(name) && args.length === 1) return;
    if (name === 'include' && args.length === 1) return this.include(args[0]!);
    if (name === 'rename-command' && args.length === 2) return this.renameCommand(args[0]!, args[1]!);
    if (name === 'user' && args.length >= 1) return this.addUser(args[0]!, args.slice(1), words);
    if (name === 'loadmodule' && args.length >= 1) {
      this.modules.push({ path: args[0]!, args: args.slice(1) });
      return;
    }
    if (name.includes('.')) {
      if (args.length === 0) throw new LineError('Module config specified without value');
      this.hasModuleDirectives = true;
      return;
    }
    if (name === 'sentinel') {
      if (args.length > 0) throw new LineError('sentinel directive while not in sentinel mode');
      return;
    }
    throw new LineError(BAD_DIRECTIVE);
  }

  private include(name: string): void {
    if (this.depth === INCLUDE_DEPTH_MAX) throw new LineError('Too many levels of included files');
    this.depth++;
    this.readLines(this.readFiles(name));
    this.depth--;
  }

  private renameCommand(from: string, to: string): void {
    if (!this.commandExists(from, true)) throw new LineError('No such command in rename-command');
    if (to !== '' && this.commandExists(to, false)) throw new LineError('Target command name already exists');
    this.renames.set(from.toLowerCase(), false);
    if (to !== '') this.renames.set(to.toLowerCase(), true);
    this.renamed.push([from, to]);
  }

  private commandExists(name: string, unchecked: boolean): boolean {
    return this.renames.get(name.toLowerCase()) ?? this.checks.commandExists?.(name) ?? unchecked;
  }

  private addUser(name: string, rules: readonly string[], words: readonly string[]): void {
    if (this.users.some((user) => user.name === name)) {
      const reason = 'Duplicate user found. A user can only be defined once in config files';
      throw new LineError(`Error in user declaration '${name}': ${reason}`);
    }
    const wrong = this.checks.userRules?.(rules) ?? null;
    // Redis names the word that stands two before the wrong rule.
    if (wrong !== null) throw new LineError(`Error in user declaration '${words[wrong.index]}': ${wrong.reason}`);
    this.users.push({ name, rules });
  }

  private override(key: string, value: OverrideValue): void {
    const named = findField(key) ?? findDirective(key);
    const given = typeof value === 'boolean' ? (value ? 'yes' : 'no') : value;
    const args = typeof given === 'object' ? given.map(String) : [String(given)];
    try {
      if (named === undefined) throw new LineError(BAD_DIRECTIVE);
      this.assign(named, args);
    } catch (error) {
      if (error instanceof LineError) throw new ConfigError('block', `${key}: ${error.message}`);
      throw error;
    }
  }

  private checkWhole(): void {
    const { config } = this;
    if (config.logfile !== '') {
      try {
        closeSync(openSync(resolve(config.dir, config.logfile), 'a'));
      } catch (error) {
        throw new ConfigError('block', `Can't open the log file: ${systemErrorText(error)}`);
      }
    }
    if (this.hasModuleDirectives) fail('log', MODULE_DIRECTIVES_WITHOUT_MODULE);
    if (config.aclfile !== '' && config.users.length > 0) fail('log', USERS_IN_TWO_PLACES);
  }
}

// Tools look for these lines in logs, so they are worded as Redis words them.
const MODULE_DIRECTIVES_WITHOUT_MODULE =
  'Module Configuration detected without loadmodule directive or no ApplyConfig call: aborting';
const USERS_IN_TWO_PLACES =
  'Configuring Redis with users defined in redis.conf and at the same setting an ACL file path is invalid. This setup is very likely to lead to configuration errors and security holes, please define either an ACL file or declare users directly in your redis.conf, but not both.';

function fail(kind: ConfigErrorKind, reason: string): never {
  throw new ConfigError(kind, reason);
}

/** A line without the blanks around it that the grammar ignores (fewer than those that String.trim knows). */
export function trimLine(line: string): string {
  return line.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
}

/** Names that only a configuration file knows, for CONFIG REWRITE. */
export function isFileDirective(name: string): boolean {
  return FILE_DIRECTIVES.has(name) || name.includes('.');
}

const FILE_DIRECTIVES = new Set(['include', 'rename-command', 'user', 'loadmodule', 'sentinel']);
