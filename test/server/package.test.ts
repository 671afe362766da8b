/** The package as npm would publish it, and its use from another package. Needs `npm run build`. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../..');

/** npm and the compiler are programs of some size. */
const SLOW = { timeout: 120_000 };

/** A package of somebody else's, with this one installed in it. */
let theirs = '';
beforeAll(() => {
  theirs = mkdtempSync(join(tmpdir(), 'redstart-'));
  mkdirSync(join(theirs, 'node_modules'));
  symlinkSync(ROOT, join(theirs, 'node_modules', 'redstart'));
  writeFileSync(join(theirs, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rmSync(theirs, { recursive: true }));

describe('the package', () => {
  it(
    'contains program, library, types, configuration and documents, and nothing that only its making needs',
    SLOW,
    async () => {
      const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT });
      const [{ files }] = JSON.parse(stdout) as [{ files: { path: string; mode: number }[] }]; // as npm documents it
      const modes = new Map(files.map(({ path, mode }) => [path, mode]));
      for (const path of [
        'dist/server/index.js',
        'dist/server/index.d.ts',
        'dist/program/redstart-server.js',
        'dist/program/THIRD-PARTY-LICENSES.txt',
        'conf/redstart.conf',
        'README.md',
        'LICENSE',
      ]) {
        expect(modes.has(path), path).toBe(true);
      }
      expect((modes.get('bin/redstart-server') ?? 0) & 0o111).toBe(0o111);
      expect([...modes.keys()].filter((path) => /\.map$|tsbuildinfo|^(src|test|bench)\//.test(path))).toEqual([]);
    },
  );

  it('has a program that runs through the link that npm makes of it', async () => {
    const links = join(theirs, 'node_modules', '.bin');
    mkdirSync(links);
    symlinkSync('../redstart/bin/redstart-server', join(links, 'redstart-server'));
    const { stdout, stderr } = await run(join(links, 'redstart-server'), ['--version'], { cwd: theirs });
    expect(stdout).toMatch(/^Redis server v=\d+\.\d+\.\d+ /);
    expect(stderr).toBe('');
  });

  it('serves within a process that uses it, and lets that process end by itself', async () => {
    writeFileSync(
      join(theirs, 'use.js'),
      `import net from 'node:net';
       import { createServer } from 'redstart';
       const [one, two] = await Promise.all([createServer({ port: 0 }), createServer({ port: 0 })]);
       const socket = net.connect(one.port, '127.0.0.1', () => socket.write('PING\\r\\n'));
       const [reply] = await Promise.all([new Promise((done) => socket.once('data', done)), two.close()]);
       process.stdout.write(reply);
       await Promise.all([one.close(), one.close()]);`,
    );
    const { stdout, stderr } = await run(process.execPath, ['use.js'], { cwd: theirs, timeout: 20_000 });
    expect({ stdout, stderr }).toEqual({ stdout: '+PONG\r\n', stderr: '' });
  });

  it('has types that strict TypeScript with NodeNext takes, and that refuse what is no value', SLOW, async () => {
    writeFileSync(
      join(theirs, 'use.ts'),
      `import { ConfigError, createServer, type RedstartServer, StartupError } from 'redstart';
       const directives = { port: 0, maxmemoryPolicy: 'noeviction', 'repl-timeout': 5, bind: ['::1'], timeout: undefined };
       const server: RedstartServer = await createServer(directives, { onLog: (level: number, line: string) => {} });
       const host: string | undefined = server.address?.host;
       export const failures: Error[] = [new ConfigError('log', 'x'), new StartupError(host)];
       // @ts-expect-error a function is no value
       await createServer({ port: () => 0 });`,
    );
    symlinkSync(join(ROOT, 'node_modules', '@types'), join(theirs, 'node_modules', '@types'));
    const options = '--noEmit --strict --exactOptionalPropertyTypes --module nodenext --target es2023 --types node';
    const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { stdout } = await run(process.execPath, [compiler, ...options.split(' '), 'use.ts'], { cwd: theirs });
    expect(stdout).toBe('');
  });
});
