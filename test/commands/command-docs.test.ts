/** docs/commands.md, made from the command table. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderCommandDocs } from '../../src/commands/command-docs.js';
import { createFullCommandTable } from '../../src/commands/families/index.js';

const page = renderCommandDocs(createFullCommandTable());

test('the page shows syntax, complexity, versions and categories of a command', () => {
  const section = page.slice(page.indexOf('### AUTH'), page.indexOf('### CLIENT'));
  expect(section.split('\n')).toEqual([
    '### AUTH',
    '',
    'Authenticates the connection.',
    '',
    '```',
    'AUTH [username] password',
    '```',
    '',
    '- Complexity: O(N), N being the number of passwords of the user',
    '- Since 1.0.0',
    '- 6.0.0: A user name may come before the password.',
    '- Flags: noscript, loading, stale, fast, no_auth, allow_busy',
    '- ACL categories: @fast, @connection',
    '',
    '',
  ]);
});

test('the page shows the subcommands of a container below it', () => {
  expect(page).toContain('\n### CLIENT\n');
  expect(page).toContain('\n#### CLIENT GETNAME\n');
});

test('docs/commands.md is what the table gives: npm run docs brings it up to date', () => {
  expect(readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8')).toBe(page);
});
