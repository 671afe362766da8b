/** INFO against the recording of a running Redis 7.4.1: sections, fields, their order, and the form of their values. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createServer, type RedstartServer } from '../../src/server/index.js';
import { RespClient } from '../support/index.js';

/** Fields of Redstart that Redis does not have. */
const OWN = new Set(['redstart_version']);
/** Sections whose fields depend on what the server has done. */
const OPEN_SECTIONS = new Set(['Commandstats', 'Errorstats', 'Latencystats', 'Keyspace']);

interface Section {
  readonly title: string;
  readonly fields: readonly (readonly [name: string, value: string])[];
}

const recorded = parse(readFileSync(join(import.meta.dirname, 'data/info-7.4.1.txt'), 'latin1'));
let server: RedstartServer;
let client: RespClient;

beforeAll(async () => {
  server = await createServer({ port: 0, bind: '127.0.0.1' });
  client = await RespClient.connect({ port: server.port });
});

afterAll(async () => {
  await client.close();
  await server.close();
});

async function info(...sections: string[]): Promise<Section[]> {
  const { value } = await client.command(['INFO', ...sections]);
  return parse(String(value));
}

describe('INFO everything', () => {
  test('has the sections of 7.4.1 in its order', async () => {
    expect((await info('everything')).map(({ title }) => title)).toEqual(recorded.map(({ title }) => title));
  });

  test.each(recorded.filter(({ title }) => !OPEN_SECTIONS.has(title)))(
    'has the fields of 7.4.1 in section $title, in its order',
    async ({ title, fields }) => {
      const ours = (await info('everything')).find((section) => section.title === title)!;
      const names = ours.fields.map(([name]) => name).filter((name) => !OWN.has(name));
      expect(names).toEqual(fields.map(([name]) => name));
    },
  );

  test('writes every value in the form that 7.4.1 has: whole numbers, decimals, amounts, words', async () => {
    const wanted = new Map(recorded.flatMap(({ fields }) => fields));
    const different: string[] = [];
    for (const { fields } of await info('everything')) {
      for (const [name, value] of fields) {
        const known = wanted.get(name);
        if (known === undefined || known === '...' || name.startsWith('cmdstat_')) continue;
        if (form(value) !== form(known)) different.push(`${name}: ${value}, recorded ${known}`);
      }
    }
    expect(different).toEqual([]);
  });
});

describe('INFO', () => {
  test('names both versions, the process, the port and the allocator', async () => {
    const fields = new Map((await info('server', 'memory')).flatMap((section) => section.fields));
    expect(fields.get('redis_version')).toBe('7.4.1');
    expect(fields.get('redstart_version')).toMatch(/^\d+\.\d+\.\d+$/);
    expect(fields.get('process_id')).toBe(String(process.pid));
    expect(fields.get('tcp_port')).toBe(String(server.port));
    expect(fields.get('listener0')).toBe(`name=tcp,bind=127.0.0.1,port=${server.port}`);
    expect(fields.get('mem_allocator')).toBe('slab');
  });

  test('shows the section debug only to who names it', async () => {
    expect((await info('debug')).map(({ title }) => title)).toEqual(['Debug']);
    expect((await info('all')).map(({ title }) => title)).not.toContain('Debug');
  });
});

/** The text's sections; a line that begins with `#` begins one. */
function parse(text: string): Section[] {
  const sections: { title: string; fields: [string, string][] }[] = [];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('# ')) sections.push({ title: line.slice(2), fields: [] });
    const colon = line.indexOf(':');
    if (!line.startsWith('#') && colon !== -1) {
      sections.at(-1)!.fields.push([line.slice(0, colon), line.slice(colon + 1)]);
    }
  }
  return sections;
}

/** What kind of value it is. */
function form(value: string): string {
  if (/^-?\d+$/.test(value)) return 'whole';
  const decimals = /^-?\d+\.(\d+)%?$/.exec(value);
  if (decimals !== null) return `${decimals[1]!.length} decimals${value.endsWith('%') ? ' per cent' : ''}`;
  return /^\d+(\.\d\d)?[BKMGT]$/.test(value) ? 'amount' : 'words';
}
