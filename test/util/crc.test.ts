import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latin1 } from '../../src/util/bytes.js';
import { crc16, keyHashSlot } from '../../src/util/crc16.js';
import { Crc64, crc64 } from '../../src/util/crc64.js';

const CHECK = latin1('123456789');

function plainCrc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ (crc & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return crc;
}

function plainCrc64(bytes: Uint8Array): bigint {
  let crc = 0n;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = (crc >> 1n) ^ (crc & 1n ? 0x95ac9329ac4bc9b5n : 0n);
  }
  return crc;
}

function slot(key: string): number {
  const bytes = latin1(`<${key}>`);
  return keyHashSlot(bytes, 1, bytes.length - 1);
}

describe('crc16', () => {
  it('gives the check value of CRC-16/XMODEM', () => {
    expect(crc16(CHECK, 0, 9)).toBe(0x31c3);
  });

  it('agrees with the bit by bit definition on every range', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(40), (bytes, cut) => {
        const from = Math.min(cut, bytes.length);
        expect(crc16(bytes, from, bytes.length)).toBe(plainCrc16(bytes.subarray(from)));
      }),
    );
  });
});

describe('keyHashSlot', () => {
  it('hashes the whole key when there is no tag', () => {
    expect(slot('foo')).toBe(12182);
    expect(slot('123456789')).toBe(12739);
    expect(slot('')).toBe(0);
  });

  it('hashes only what stands between the first brace and the first closing one after it', () => {
    expect(slot('{user1000}.following')).toBe(slot('user1000'));
    expect(slot('foo{{bar}}zap')).toBe(slot('{bar'));
    expect(slot('foo{bar}{zap}')).toBe(slot('bar'));
    expect(slot('a}b{foo}')).toBe(slot('foo'));
  });

  it('hashes the whole key when the tag is empty or not closed', () => {
    expect(slot('foo{}{bar}')).toBe(plainCrc16(latin1('foo{}{bar}')) & 16383);
    expect(slot('foo{bar')).toBe(plainCrc16(latin1('foo{bar')) & 16383);
    expect(slot('{')).toBe(plainCrc16(latin1('{')) & 16383);
    expect(slot('}{')).toBe(plainCrc16(latin1('}{')) & 16383);
  });
});

describe('Crc64', () => {
  it('gives the check value of the Jones polynomial', () => {
    expect(crc64(CHECK)).toBe(0xe9c6d914c4b8d9can);
    expect(crc64(new Uint8Array(0))).toBe(0n);
  });

  it('agrees with the bit by bit definition however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(70), fc.nat(70), (bytes, a, b) => {
        const first = Math.min(a, b, bytes.length);
        const second = Math.min(Math.max(a, b), bytes.length);
        const crc = new Crc64();
        crc.update(bytes, 0, first);
        crc.update(bytes, first, second);
        crc.update(bytes, second);
        expect(crc.value()).toBe(plainCrc64(bytes));
      }),
    );
  });

  it('writes its value little-endian and recognises it', () => {
    const crc = new Crc64();
    crc.update(CHECK);
    const bytes = new Uint8Array(10);
    crc.writeTo(bytes, 1);
    expect(Buffer.from(bytes).readBigUInt64LE(1)).toBe(0xe9c6d914c4b8d9can);
    expect(crc.matches(bytes, 1)).toBe(true);
    for (let i = 1; i < 9; i++) {
      const damaged = bytes.slice();
      damaged[i]! ^= 0x80;
      expect(crc.matches(damaged, 1)).toBe(false);
    }
    crc.reset();
    expect(crc.value()).toBe(0n);
  });
});
