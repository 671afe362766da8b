/**
 * What is tagged `@hot` holds to the rules for hot paths: nothing in it allocates by its syntax. What test/alloc
 * measures for whole requests, this finds where it stands. A line that may allocate all the same says why in a comment
 * above it or at its end: `allocates: <reason>`.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

const SOURCES = resolve(import.meta.dirname, '../../src');

/** Methods that make a new object each time. */
const ALLOCATING_METHODS = new Set(['subarray', 'toString', 'latin1Slice', 'concat', 'map', 'filter', 'slice']);

/** Why a node has no place on a hot path, null when it has. */
function objection(node: ts.Node): string | null {
  if (isFunction(node)) return 'a closure';
  if (ts.isSpreadElement(node) || ts.isSpreadAssignment(node)) return 'a spread';
  if (ts.isArrayBindingPattern(node)) return 'a destructured array';
  if (ts.isBinaryExpression(node) && ts.isArrayLiteralExpression(node.left)) return 'a destructured array';
  if (ts.isTemplateExpression(node)) return 'a template string';
  if (ts.isForOfStatement(node)) return 'for..of';
  if (ts.isForInStatement(node)) return 'for..in';
  if (ts.isNewExpression(node)) return 'new';
  if (ts.isObjectLiteralExpression(node)) return 'an object literal';
  if (ts.isArrayLiteralExpression(node) && !isAssignedTo(node)) return 'an array literal';
  if (ts.isRegularExpressionLiteral(node)) return 'a regular expression';
  if (ts.isAwaitExpression(node)) return 'await';
  if (ts.isYieldExpression(node)) return 'yield';
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return null;
  const method = node.expression.name.text;
  return ALLOCATING_METHODS.has(method) ? method : null;
}

/** Whether this stands left of an assignment: a pattern, and no array. */
function isAssignedTo(node: ts.Node): boolean {
  return ts.isBinaryExpression(node.parent) && node.parent.left === node;
}

/**
 * What is wrong in the hot functions of a source text, as `line: what in function`, with the number of such functions.
 */
function check(text: string): { hotCount: number; complaints: string[] } {
  const file = ts.createSourceFile('x.ts', text, ts.ScriptTarget.ESNext, true);
  const lines = text.split('\n');
  const complaints: string[] = [];
  let hotCount = 0;
  const visit = (node: ts.Node): void => {
    if (isHot(node)) {
      hotCount++;
      ts.forEachChild(node, (child) => inspect(child, nameOf(node)));
    } else ts.forEachChild(node, visit);
  };
  const inspect = (node: ts.Node, name: string): void => {
    const found = objection(node);
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
    if (found !== null && !isExcused(lines, line)) complaints.push(`${line + 1}: ${found} in ${name}`);
    if (!isFunction(node)) ts.forEachChild(node, (child) => inspect(child, name));
  };
  visit(file);
  return { hotCount, complaints };
}

/** Whether this is a function whose doc comment has the tag. */
function isHot(node: ts.Node): boolean {
  return isFunction(node) && ts.getJSDocTags(node).some((tag) => tag.tagName.text === 'hot');
}

/** Whether this is a function with a body (and not the type of one). */
function isFunction(node: ts.Node): boolean {
  return ts.isFunctionLike(node) && 'body' in node && node.body !== undefined;
}

function nameOf(node: ts.Node): string {
  const { name } = node as ts.FunctionDeclaration; // all that isHot accepts may have one
  return name?.getText() ?? 'a function';
}

/** Whether the line, or the comment above it, says why it may allocate. */
function isExcused(lines: readonly string[], line: number): boolean {
  return /\/\/ allocates: \S+/.test(lines[line] ?? '') || /^\s*\/\/ allocates: \S+/.test(lines[line - 1] ?? '');
}

describe('the check of hot paths', () => {
  test('finds everything that allocates by its syntax, in functions and methods that are tagged', () => {
    const { hotCount, complaints } = check(`
      /** @hot */
      function f(a: number[], b: Buffer): void {
        a.push(...a);
        const [x] = a;
        [a[0], a[1]] = a;
        use(\`\${x}\`);
        for (const each of a) use(each);
        a.sort((left, right) => left - right);
        use(b.subarray(0, 1));
        use({ a });
        use([]);
        use(new Date());
        use(/x/);
        use({ ...a });
      }
      class C {
        /** Text. @hot */
        async g(): Promise<void> {
          await later;
        }
      }`);
    expect(hotCount).toBe(2);
    expect(complaints.map((complaint) => complaint.replace(/^\d+: /, ''))).toEqual([
      'a spread in f',
      'a destructured array in f',
      'a destructured array in f',
      'a template string in f',
      'for..of in f',
      'a closure in f',
      'subarray in f',
      'an object literal in f',
      'an array literal in f',
      'new in f',
      'a regular expression in f',
      'an object literal in f',
      'a spread in f',
      'await in g',
    ]);
  });

  test('passes over other functions, and over lines that say why they may allocate', () => {
    const { complaints } = check(`
      function f(a: number[]): void {
        a.push(...a);
      }
      /** @hot */
      function g(a: number[]): void {
        if (a.length > 9) a.push(...a); // allocates: once a server
        // allocates: an error ends the connection
        fail(\`\${a}\`);
        use(\`no substitution\`);
      }`);
    expect(complaints).toEqual([]);
  });
});

describe('what is tagged @hot', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const results = files.map((file) => ({ file, ...check(readFileSync(resolve(SOURCES, file), 'utf8')) }));

  test('is found: receiving, parsing, dispatch, lookup and replies have the tag', () => {
    const hot = new Set(results.filter(({ hotCount }) => hotCount > 0).map(({ file }) => file));
    for (const file of [
      'net/connection.ts',
      'resp/parser.ts',
      'resp/reply.ts',
      'commands/executor.ts',
      'keyspace/database.ts',
    ]) {
      expect(hot.has(file), file).toBe(true);
    }
  });

  test('holds nothing that allocates by its syntax', () => {
    expect(
      results.flatMap(({ file, complaints }) => complaints.map((complaint) => `src/${file}:${complaint}`)),
    ).toEqual([]);
  });
});
