import { describe, expect, it } from 'vitest';
import { formatBytesHuman, parseMemorySize } from '../../src/util/memory-size.js';

describe('parseMemorySize', () => {
  it('knows decimal and binary units in any case', () => {
    expect(parseMemorySize('0')).toBe(0);
    expect(parseMemorySize('512')).toBe(512);
    expect(parseMemorySize('7b')).toBe(7);
    expect(parseMemorySize('1k')).toBe(1000);
    expect(parseMemorySize('1Kb')).toBe(1024);
    expect(parseMemorySize('2M')).toBe(2_000_000);
    expect(parseMemorySize('100mb')).toBe(100 * 1024 * 1024);
    expect(parseMemorySize('3g')).toBe(3_000_000_000);
    expect(parseMemorySize('1GB')).toBe(1024 ** 3);
  });

  it('refuses signs, blanks, fractions and other units', () => {
    for (const text of ['-1', '+1', ' 1', '1 ', '1.5mb', '1t', '1kib', 'abc', '1%', '0x10', '9'.repeat(128)]) {
      expect(parseMemorySize(text)).toBeNaN();
    }
  });

  it('treats missing digits and amounts beyond 64 bits as Redis does', () => {
    expect(parseMemorySize('')).toBe(0);
    expect(parseMemorySize('mb')).toBe(0);
    expect(parseMemorySize('18446744073709551617kb')).toBe(Number(2n ** 64n - 1024n));
  });
});

describe('formatBytesHuman', () => {
  it('shows two decimals and a unit from 1024 bytes on', () => {
    expect(formatBytesHuman(0)).toBe('0B');
    expect(formatBytesHuman(1023)).toBe('1023B');
    expect(formatBytesHuman(1024)).toBe('1.00K');
    expect(formatBytesHuman(1_059_062)).toBe('1.01M');
    expect(formatBytesHuman(5 * 1024 ** 3)).toBe('5.00G');
    expect(formatBytesHuman(1.5 * 1024 ** 4)).toBe('1.50T');
    expect(formatBytesHuman(2 * 1024 ** 5)).toBe('2.00P');
  });

  it('rounds ties to even, as printf does', () => {
    expect(formatBytesHuman(1024 + 128)).toBe('1.12K');
    expect(formatBytesHuman(1024 + 384)).toBe('1.38K');
  });
});
