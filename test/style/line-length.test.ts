/** The formatter breaks code at 120 columns and leaves comments alone: here they are held to the same. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const COLUMNS = 120;
const COMMENT = /^\s*(?:\/?\*|\/\/|#)/;
const FENCE = /^\s*\* ```/;

/** Comments that are too long, as `file:line`; drawings, which stand between fences, are as wide as they are. */
function longComments(file: string, text: string): string[] {
  const found: string[] = [];
  let isDrawing = false;
  text.split('\n').forEach((line, i) => {
    if (FENCE.test(line)) isDrawing = !isDrawing;
    else if (!isDrawing && COMMENT.test(line) && line.length > COLUMNS) found.push(`${file}:${i + 1}`);
  });
  return found;
}

describe('comments', () => {
  test(`stay within ${COLUMNS} columns`, () => {
    const names = ['src', 'test', 'bench', 'conf'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.(?:ts|conf)$/.test(name))
        .map((name) => join(folder, name)),
    );
    expect(names.length).toBeGreaterThan(300);
    expect(names.flatMap((name) => longComments(name, readFileSync(join(ROOT, name), 'utf8')))).toEqual([]);
  });

  test('that are longer are found, drawings are not', () => {
    const long = `x${' x'.repeat(COLUMNS)}`;
    expect(
      longComments('f', `// ${long}\n * ${long}\ncode(); // ${long}\n * \`\`\`\n * ${long}\n * \`\`\`\n/** ${long} */`),
    ).toEqual(['f:1', 'f:2', 'f:7']);
  });
});
