/**
 * A server's configuration: typed fields to read (`config.maxmemory`), and what CONFIG GET, SET and REWRITE need.
 *
 * ```
 *   file, standard input, arguments, overrides ──> fromSources ──┐
 *                                                                ├─> fields ──> everyone reads them
 *   CONFIG SET ──> set ──> check all ─> assign all ─> apply all ─┘
 *                             │             │            │ a hook of the server refuses: the old values come back
 *                             └─────────────┴────────────┴─> one complete error reply
 * ```
 */
import { assert } from '../util/assert.js';
import { globMatch } from '../util/glob.js';
import { type ConfigSources, loadSources } from './load.js';
import { rewriteConfigFile } from './rewrite.js';
import type { FieldName, NamedDirective } from './table.js';
import { findDirective, NAMES } from './table.js';
import { decodeText, encodeText } from './text.js';
import type { ParseContext } from './value-types.js';
import { ConfigValues } from './values.js';

/** A directive's name and value as bytes on the wire. */
export type ConfigPair = readonly [name: Uint8Array, value: Uint8Array];

/**
 * Brings the server in line with values that have just changed: rebinds, resizes. Returns null when it worked, else the
 * reason for the client (may be empty), whereupon all values of the same CONFIG SET go back and the hooks run again.
 * A hook that must wait for the system returns a promise; it never rejects.
 */
export type ApplyHook = (config: Config) => string | null | Promise<string | null>;

/** A complete error reply, code word first, or null for success; a promise of it when a hook has to wait. */
export type SetResult = string | null | Promise<string | null>;

/** Circumstances of a CONFIG SET that decide what it may change. */
export interface SetOrigin {
  /** A dataset is being loaded. */
  readonly loading?: boolean;
  /** The client is connected from this machine, for `enable-protected-configs local`. */
  readonly local?: boolean;
}

/** A `user` line of the configuration file. */
export interface ConfiguredUser {
  readonly name: string;
  readonly rules: readonly string[];
}

/** A `loadmodule` line. */
export interface ConfiguredModule {
  readonly path: string;
  readonly args: readonly string[];
}

/** See the file's header. Fields hold what the table says; `set` changes them, nothing else should. */
export class Config extends ConfigValues {
  /** Absolute path of the configuration file, null when the server runs without one. */
  configFile: string | null = null;
  /** Users of the configuration file, in its order. */
  users: readonly ConfiguredUser[] = [];
  /** Old and new name of each `rename-command`; an empty new name removes the command. */
  renamedCommands: readonly (readonly [from: string, to: string])[] = [];
  modules: readonly ConfiguredModule[] = [];
  /**
   * Gives the `user` lines that CONFIG REWRITE writes, set by whoever keeps the users. Without it the lines of the file
   * stay as they are.
   */
  userLines: (() => readonly string[]) | null = null;

  private readonly exactValues = new Map<FieldName, bigint>();
  private readonly hooks = new Map<FieldName, readonly ApplyHook[]>();
  private applying: Promise<string | null> | null = null;

  /** All defaults; `dir` is the working directory. */
  constructor() {
    super();
    this.dir = process.cwd();
  }

  /**
   * Reads the configuration of a server that starts. Throws ConfigError for the first thing that is wrong.
   * Later sources win: the file, standard input, `text`, `args`, `overrides`.
   */
  static fromSources(sources: ConfigSources): Config {
    const config = new Config();
    loadSources(config, sources);
    return config;
  }

  /** Registers an effect of changing any of these fields. Hooks of one field run in the order of their registration. */
  onApply(fields: readonly FieldName[], hook: ApplyHook): void {
    for (const field of fields) this.hooks.set(field, [...(this.hooks.get(field) ?? []), hook]);
  }

  /**
   * CONFIG GET: names and values that match any of the patterns, each name once. A pattern without wildcards is a name,
   * echoed as it was typed; only so hidden directives are found. O(patterns * directives). The caller owns the bytes.
   */
  get(patterns: readonly Uint8Array[]): ConfigPair[] {
    const found = new Map<string, ConfigPair>();
    for (const pattern of patterns) {
      const text = decodeText(pattern);
      if (!/[*?[]/.test(text)) {
        const named = findDirective(text);
        if (named !== undefined && !found.has(named.name)) found.set(named.name, this.pair(pattern.slice(), named));
        continue;
      }
      for (const named of NAMES) {
        if (named.directive.hidden || found.has(named.name)) continue;
        const name = encodeText(named.name);
        if (globMatch(pattern, name, true)) found.set(named.name, this.pair(name, named));
      }
    }
    return [...found.values()];
  }

  /** The value of a directive as CONFIG GET shows it. */
  show(field: FieldName): string {
    const { directive } = NAMED_BY_FIELD.get(field)!;
    return directive.type.format(this[field], this.exactValues.get(field));
  }

  /**
   * CONFIG SET: sets all of the pairs, or none and says why. While an earlier call waits for its hooks, the next one
   * waits for it.
   */
  set(pairs: readonly ConfigPair[], origin: SetOrigin = {}): SetResult {
    if (this.applying !== null) return this.applying.then(() => this.set(pairs, origin));
    const plan = this.plan(pairs, origin);
    if (typeof plan === 'string') return plan;
    const backup = plan.map(({ field }) => ({ field, value: this[field], exact: this.exactValues.get(field) }));
    const hooks = new Map<ApplyHook, string>(); // with the directive that is named when the hook refuses
    for (const [i, named] of plan.entries()) {
      const before = this.show(named.field);
      const value = decodeText(pairs[i]![1]);
      const args = !named.directive.type.multiple ? [value] : value === '' ? [] : value.split(' ');
      const error = this.assign(named, args, { loading: false, again: false, directory: this.dir });
      if (error !== null) {
        this.restore(backup);
        return setFailure(named.name, error);
      }
      if (this.show(named.field) === before) continue;
      for (const hook of this.hooks.get(named.field) ?? []) if (!hooks.has(hook)) hooks.set(hook, named.name);
    }
    return this.apply([...hooks], backup);
  }

  /**
   * Reads and assigns one directive; the reason of a refusal, or null. For the loader: nothing is applied, and the
   * arguments are already split.
   */
  assign(named: NamedDirective, args: readonly string[], context: ParseContext): string | null {
    const parsed = named.directive.type.parse(args, this[named.field], context);
    if ('error' in parsed) return parsed.error;
    this.store(named.field, parsed.value, parsed.exact);
    return null;
  }

  /**
   * CONFIG REWRITE of a server with a configuration file: what the system says against it, or null when the file holds
   * the current values. With `forceAll`, directives at their default are written as well (DEBUG
   * CONFIG-REWRITE-FORCE-ALL).
   */
  rewrite(forceAll = false): string | null {
    assert(this.configFile !== null, 'a configuration file');
    return rewriteConfigFile(this, this.configFile, forceAll);
  }

  /** The exact integer behind a number field that rounds it, undefined when the field is exact. */
  exactValue(field: FieldName): bigint | undefined {
    return this.exactValues.get(field);
  }

  private pair(name: Uint8Array, named: NamedDirective): ConfigPair {
    return [name, encodeText(this.show(named.field))];
  }

  /** Checks the names: the directives in the order of the pairs, or the error reply. */
  private plan(pairs: readonly ConfigPair[], origin: SetOrigin): NamedDirective[] | string {
    const plan: NamedDirective[] = [];
    let refusal: string | null = null;
    for (const [nameBytes] of pairs) {
      const typed = decodeText(nameBytes);
      const named = findDirective(typed);
      if (named === undefined) {
        refusal ??= `ERR Unknown option or number of arguments for CONFIG SET - '${typed}'`;
        continue;
      }
      const { name, directive } = named;
      if (directive.immutable) refusal ??= setFailure(name, "can't set immutable config");
      else if (directive.protected && !this.mayChangeProtected(origin)) {
        refusal ??= setFailure(name, "can't set protected config");
      } else if (origin.loading === true && directive.denyLoading) {
        refusal ??= 'LOADING Redis is loading the dataset in memory';
      } else if (plan.includes(named)) refusal ??= setFailure(name, 'duplicate parameter');
      plan.push(named);
    }
    return refusal ?? plan;
  }

  private mayChangeProtected(origin: SetOrigin): boolean {
    return this.enableProtectedConfigs === 'yes' || (this.enableProtectedConfigs === 'local' && origin.local === true);
  }

  /** Runs the hooks in turn, without a promise as long as none of them gives one. */
  private apply(hooks: readonly (readonly [ApplyHook, string])[], backup: readonly Backup[]): SetResult {
    for (const [i, [hook, name]] of hooks.entries()) {
      const result = hook(this);
      if (result instanceof Promise) {
        this.applying = this.applyLater(result, hooks, i, backup).finally(() => {
          this.applying = null;
        });
        return this.applying;
      }
      if (result === null) continue;
      this.restore(backup);
      const undone = this.reapply(hooks.slice(0, i + 1));
      const failure = setFailure(name, result);
      if (undone === null) return failure;
      this.applying = undone
        .then(() => failure)
        .finally(() => {
          this.applying = null;
        });
      return this.applying;
    }
    return null;
  }

  private async applyLater(
    first: Promise<string | null>,
    hooks: readonly (readonly [ApplyHook, string])[],
    from: number,
    backup: readonly Backup[],
  ): Promise<string | null> {
    for (let i = from; i < hooks.length; i++) {
      const [hook, name] = hooks[i]!;
      const result = await (i === from ? first : hook(this));
      if (result === null) continue;
      this.restore(backup);
      await this.reapply(hooks.slice(0, i + 1));
      return setFailure(name, result);
    }
    return null;
  }

  /** Runs hooks again after the old values came back; that they refuse once more can only be ignored, as Redis does. */
  private reapply(hooks: readonly (readonly [ApplyHook, string])[]): Promise<unknown> | null {
    const results = hooks.map(([hook]) => hook(this)).filter((result) => result instanceof Promise);
    return results.length === 0 ? null : Promise.all(results);
  }

  private restore(backup: readonly Backup[]): void {
    for (const { field, value, exact } of backup) this.store(field, value, exact);
  }

  private store(field: FieldName, value: unknown, exact: bigint | undefined): void {
    writeField(this, field, value);
    if (exact !== undefined && !Number.isSafeInteger(Number(exact))) this.exactValues.set(field, exact);
    else this.exactValues.delete(field);
  }
}

/** The table's type made the value for this very field, which the compiler cannot follow through a variable name. */
function writeField(fields: Record<FieldName, unknown>, field: FieldName, value: unknown): void {
  fields[field] = value;
}

interface Backup {
  readonly field: FieldName;
  readonly value: unknown;
  readonly exact: bigint | undefined;
}

const NAMED_BY_FIELD: ReadonlyMap<FieldName, NamedDirective> = new Map(NAMES.map((each) => [each.field, each]));

function setFailure(name: string, reason: string): string {
  const detail = reason === '' ? '' : ` - ${reason}`;
  return `ERR CONFIG SET failed (possibly related to argument '${name}')${detail}`;
}
