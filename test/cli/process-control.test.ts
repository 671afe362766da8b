import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expandTitle, findSupervisor, removePidFile, writePidFile } from '../../src/cli/process-control.js';

const FIELDS = {
  title: 'redstart-server',
  listenAddress: '*:6379',
  serverMode: '',
  port: 6379,
  tlsPort: 0,
  unixSocket: '/run/r.sock',
  configFile: '/etc/r.conf',
};

describe("the process' title", () => {
  it('is the template with its names filled in, without blanks at the end', () => {
    expect(expandTitle('{title} {listen-addr} {server-mode}', FIELDS)).toBe('redstart-server *:6379');
    expect(expandTitle('{{title} {port}', FIELDS)).toBe('{title} 6379');
    expect(expandTitle('{config-file}|{port}|{tls-port}|{unixsocket}', FIELDS)).toBe('/etc/r.conf|6379|0|/run/r.sock');
  });

  it('is refused for names that there are not', () => {
    expect(expandTitle('{title} {nosuch}', FIELDS)).toBe(null);
    expect(expandTitle('{title', FIELDS)).toBe(null);
  });
});

describe('the supervisor', () => {
  it('is what supervised says, and found in the environment for auto', () => {
    expect(findSupervisor('no', { NOTIFY_SOCKET: 'x' })).toBe('none');
    expect(findSupervisor('systemd', {})).toBe('systemd');
    expect(findSupervisor('auto', { NOTIFY_SOCKET: 'x' })).toBe('systemd');
    expect(findSupervisor('auto', { UPSTART_JOB: 'x', NOTIFY_SOCKET: 'x' })).toBe('upstart');
    expect(findSupervisor('auto', {})).toBe('none');
  });
});

describe('the pid file', () => {
  it("holds the process' id and a newline", () => {
    const directory = mkdtempSync(join(tmpdir(), 'redstart-'));
    const path = join(directory, 'r.pid');
    expect(writePidFile(path)).toBe(null);
    expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`);
    removePidFile(path);
    expect(existsSync(path)).toBe(false);
    rmSync(directory, { recursive: true });
  });

  it('that cannot be written has a reason and no other consequence', () => {
    expect(writePidFile('/nonexistent/r.pid')).toBe('No such file or directory');
    removePidFile('/nonexistent/r.pid');
  });
});
