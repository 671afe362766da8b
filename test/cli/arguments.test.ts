import { describe, expect, it } from 'vitest';
import { readArguments } from '../../src/cli/arguments.js';

/** The lines for directives alone. */
function lines(...args: string[]): string[] {
  return readArguments(args)
    .directives.split('\n')
    .filter((line) => line !== '')
    .map((line) => line.trimEnd());
}

describe('the command line', () => {
  it('without arguments asks for the defaults', () => {
    expect(readArguments([])).toEqual({ configFile: null, readsStdin: false, directives: '' });
  });

  it('takes a first argument without dashes as the configuration file', () => {
    expect(readArguments(['/etc/r.conf', '--port', '7'])).toMatchObject({
      configFile: '/etc/r.conf',
      readsStdin: false,
    });
    expect(readArguments(['--port', 'r.conf']).configFile).toBe(null);
  });

  it('reads standard input for a dash at the end only', () => {
    expect(readArguments(['-'])).toMatchObject({ configFile: null, readsStdin: true });
    expect(readArguments(['a.conf', '--port', '7', '-'])).toMatchObject({ configFile: 'a.conf', readsStdin: true });
    expect(readArguments(['--tls-ciphers', '-', '--port', '1']).readsStdin).toBe(false);
  });

  it('makes a line of each directive with all its values, quoted', () => {
    expect(lines('--save', '60', '1', '--save', '', '--port', '7')).toEqual(['save "60" "1"', 'save ""', 'port "7"']);
  });

  it('keeps blanks and quotes within a value', () => {
    expect(lines('--requirepass', 'a "b"\n')).toEqual(['requirepass "a \\"b\\"\\n"']);
  });

  it('takes a directive and its value in one argument', () => {
    expect(lines('--port 7777', '--maxclients', '5')).toEqual(['port 7777', 'maxclients "5"']);
  });

  it('takes what follows a name as its value even if it begins with dashes', () => {
    expect(lines('--requirepass', '--secret', '--port', '1')).toEqual(['requirepass "--secret"', 'port "1"']);
  });

  it('completes a lone --save with an empty value', () => {
    expect(lines('--save', '--port', '1')).toEqual(['save ""', 'port "1"']);
    expect(lines('--port', '1', '--save')).toEqual(['port "1"', 'save ""']);
  });
});
