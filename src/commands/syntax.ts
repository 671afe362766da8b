/**
 * The arguments of a command in one line, and the tree that COMMAND DOCS shows of it.
 *
 * ```
 *   syntax   = argument argument ...
 *   argument = '[' item ']'                  optional
 *            | item
 *   item     = core repeat since deprecated  each of the three only where it applies
 *   core     = NX                            the word NX; the argument's name is nx
 *            | change=CH                     the word CH, named change
 *            | equal='='                     the same for a word that is not letters only
 *            | value                         a string; value:int :double :unix :pattern for the other types
 *            | key@0                         a key of key spec 0 (pattern@1 also takes a key spec: by:pattern@1)
 *            | old"ip:port"                  a value shown to people under another text
 *            | name<item | item>             one of them
 *            | name{argument argument}       all of them, in this order
 *            | 'EX' core                     the word EX before it (a value, a choice, or a block)
 *   repeat   = ...  once or more     *...  once or more, each time with its word
 *   since    = ^6.2.0
 *   deprecated = !2.8.12
 * ```
 * A choice may hold optional items: that is how the reference describes filters of which each may be left out.
 */
import { assert } from '../util/assert.js';

/** The type names of COMMAND DOCS. */
export type ArgumentType =
  | 'string'
  | 'integer'
  | 'double'
  | 'key'
  | 'pattern'
  | 'unix-time'
  | 'pure-token'
  | 'oneof'
  | 'block';

/** A node of the argument tree. Immutable. */
export interface Argument {
  readonly name: string;
  readonly type: ArgumentType;
  /** What hints and documentation call it; the name unless the syntax says otherwise. */
  readonly displayText: string;
  /** The word in upper case; null for none (a word of length 0 exists: MIGRATE's empty key). */
  readonly token: string | null;
  /** -1: none. */
  readonly keySpecIndex: number;
  readonly since: string;
  readonly deprecatedSince: string;
  readonly optional: boolean;
  readonly multiple: boolean;
  readonly multipleToken: boolean;
  /** Of a choice or a block; else empty. */
  readonly arguments: readonly Argument[];
}

/** Parses a syntax line. Throws on a malformed one: entries are constants of the program. O(length). */
export function parseSyntax(line: string): Argument[] {
  const parser = new SyntaxParser(line);
  const list = parser.arguments();
  parser.expectEnd();
  return list;
}

/**
 * The arguments as people read them: `key value [NX | XX] [EX seconds | ...]`. O(size).
 */
export function renderSyntax(list: readonly Argument[]): string {
  return list.map(renderArgument).join(' ');
}

type Draft = { -readonly [P in keyof Argument]: Argument[P] };

const VALUE_TYPES: ReadonlyMap<string, ArgumentType> = new Map([
  ['int', 'integer'],
  ['double', 'double'],
  ['unix', 'unix-time'],
  ['pattern', 'pattern'],
]);

const BLANKS = / */y;
const QUOTED = /'([^']*)'/y;
const WORD = /[A-Z][A-Z0-9_-]*/y;
const NAME = /[a-z0-9][a-z0-9_-]*/y;
const TYPE = /:(int|double|unix|pattern)/y;
const KEY_SPEC = /@(\d+)/y;
const DISPLAY = /"([^"]+)"/y;
const REPEAT = /\*?\.\.\./y;
const SINCE = /\^(\d+\.\d+\.\d+)/y;
const DEPRECATED = /!(\d+\.\d+\.\d+)/y;

/** Recursive descent over the line; `at` is how far it has come. */
class SyntaxParser {
  private at = 0;

  constructor(private readonly line: string) {}

  arguments(): Argument[] {
    const list: Argument[] = [];
    for (;;) {
      this.take(BLANKS);
      if (this.at === this.line.length || this.line[this.at] === '}') return list;
      list.push(this.argument());
    }
  }

  expectEnd(): void {
    if (this.at !== this.line.length) this.fail('the end');
  }

  private argument(): Argument {
    if (!this.skip('[')) return this.item();
    const item = this.item();
    item.optional = true;
    this.expect(']');
    return item;
  }

  private item(): Draft {
    const item = this.core();
    const repeat = this.take(REPEAT);
    if (repeat !== null) {
      item.multiple = true;
      item.multipleToken = repeat[0] === '*...';
    }
    item.since = this.take(SINCE)?.[1] ?? '';
    item.deprecatedSince = this.take(DEPRECATED)?.[1] ?? '';
    return item;
  }

  private core(): Draft {
    const token = this.take(QUOTED);
    if (token !== null) {
      this.take(BLANKS);
      const item = this.core();
      if (item.token !== null) this.fail('a value after a word in quotes');
      item.token = token[1]!;
      return item;
    }
    const word = this.take(WORD);
    if (word !== null) return draft(word[0].toLowerCase(), 'pure-token', word[0]);
    const name = this.take(NAME)?.[0];
    if (name === undefined) return this.fail('a name');
    if (this.skip('=')) {
      const quoted = this.take(QUOTED);
      const text = quoted === null ? this.take(WORD)?.[0] : quoted[1];
      return this.withDisplay(draft(name, 'pure-token', text ?? this.fail('a word')));
    }
    if (this.skip('<')) return this.choice(name);
    if (this.skip('{')) {
      const block = draft(name, 'block', null);
      block.arguments = this.arguments();
      this.expect('}');
      return block;
    }
    return this.value(name);
  }

  private choice(name: string): Draft {
    const choice = draft(name, 'oneof', null);
    const alternatives: Argument[] = [];
    do {
      this.take(BLANKS);
      alternatives.push(this.argument());
      this.take(BLANKS);
    } while (this.skip('|'));
    this.expect('>');
    choice.arguments = alternatives;
    return choice;
  }

  private value(name: string): Draft {
    const type = this.take(TYPE)?.[1];
    const keySpec = this.take(KEY_SPEC)?.[1];
    const value = draft(name, 'string', null);
    if (type !== undefined) value.type = VALUE_TYPES.get(type)!;
    else if (keySpec !== undefined) value.type = 'key';
    if (keySpec !== undefined) value.keySpecIndex = Number(keySpec);
    return this.withDisplay(value);
  }

  private withDisplay(item: Draft): Draft {
    item.displayText = this.take(DISPLAY)?.[1] ?? item.displayText;
    return item;
  }

  /** Takes what the sticky `pattern` matches here; null, and nothing taken, when it does not. */
  private take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.line);
    if (match !== null) this.at += match[0].length;
    return match;
  }

  private skip(character: string): boolean {
    if (this.line[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private expect(character: string): void {
    if (!this.skip(character)) this.fail(`'${character}'`);
  }

  private fail(expected: string): never {
    assert(false, `${expected} at ${this.at} of the syntax line '${this.line}'`);
  }
}

function draft(name: string, type: ArgumentType, token: string | null): Draft {
  return {
    name,
    type,
    displayText: name,
    token,
    keySpecIndex: -1,
    since: '',
    deprecatedSince: '',
    optional: false,
    multiple: false,
    multipleToken: false,
    arguments: [],
  };
}

function renderArgument(argument: Argument): string {
  let text = renderCore(argument);
  const once = withToken(argument, text);
  if (argument.multiple) text = `${once} [${argument.multipleToken ? once : text} ...]`;
  else text = once;
  return argument.optional ? `[${text}]` : text;
}

function renderCore(argument: Argument): string {
  switch (argument.type) {
    case 'pure-token':
      return argument.token === '' ? '""' : argument.token!;
    case 'block':
      return renderSyntax(argument.arguments);
    case 'oneof': {
      const alternatives = argument.arguments.map(renderArgument).join(' | ');
      return argument.optional && argument.token === null && !argument.multiple ? alternatives : `<${alternatives}>`;
    }
    default:
      return argument.displayText;
  }
}

function withToken(argument: Argument, text: string): string {
  return argument.token === null || argument.type === 'pure-token' ? text : `${argument.token} ${text}`;
}
