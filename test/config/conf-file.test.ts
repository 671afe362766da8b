/** The configuration file that comes with the server, and the one that Debian installs with Redis. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Config, DIRECTIVES, decodeText, encodeText, findDirective } from '../../src/config/index.js';

const OURS = new URL('../../conf/redstart.conf', import.meta.url);
const text = readFileSync(OURS, 'utf8');

/** Lines of directives with the comment above them. */
function entries(): { name: string; comment: string }[] {
  const found: { name: string; comment: string }[] = [];
  for (const paragraph of text.split(/\n\n+/)) {
    const lines = paragraph.split('\n').filter((line) => line !== '');
    const comment = lines.filter((line) => line.startsWith('#')).join(' ');
    for (const line of lines.filter((each) => !each.startsWith('#')))
      found.push({ name: line.split(' ')[0]!, comment });
  }
  return found;
}

describe('conf/redstart.conf', () => {
  test('leaves every directive at its default', () => {
    const any = [encodeText('*')];
    const show = (config: Config) => config.get(any).map((pair) => pair.map(decodeText));
    expect(show(Config.fromSources({ text }))).toEqual(show(new Config()));
  });

  test('contains every directive that CONFIG GET * shows, by its name', () => {
    const wanted = Object.values(DIRECTIVES).filter(({ hidden }) => !hidden);
    expect([...new Set(entries().map(({ name }) => name))].sort()).toEqual(wanted.map(({ name }) => name).sort());
  });

  test('mentions what only a file can contain', () => {
    for (const name of ['include', 'loadmodule', 'user', 'rename-command']) expect(text).toContain(`\n# ${name} `);
  });

  test('describes every directive, and marks it as the table does', () => {
    for (const { name, comment } of entries()) {
      const { directive } = findDirective(name)!;
      expect(comment.length, name).toBeGreaterThan(10);
      expect(comment.includes('[no effect]'), `${name} [no effect]`).toBe(directive.effect === 'none');
      expect(comment.includes('[later]'), `${name} [later]`).toBe(directive.effect === 'later');
      if (directive.immutable) expect(comment, `${name} [start]`).toContain('[start]');
    }
  });
});

describe('the redis.conf of Debian', () => {
  const path = '/etc/redis/redis.conf';
  // Reads what the package of redis-server installs, where it is installed.
  test.skipIf(!existsSync(path))('is accepted as it is, but for the directories of its user', () => {
    // The package's directories exist only where it is installed with its user, so they are replaced.
    const theirs = readFileSync(path, 'utf8').replace(/^(dir|logfile) .*$/gm, '# $&');
    const config = Config.fromSources({ text: theirs });
    expect(config.port).toBe(6379);
    expect(config.bind).toEqual(['127.0.0.1', '-::1']);
    expect(config.show('save')).toBe('3600 1 300 100 60 10000');
  });
});
