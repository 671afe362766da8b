/**
 * Chance, injectable: seeded in tests, from the system's entropy in a server.
 */
import { randomBytes } from 'node:crypto';

/** xoshiro128** (Blackman and Vigna, 2018): 32 bits a step, period 2^128 - 1. Not for secrets. */
export class Random {
  private a = 0;
  private b = 0;
  private c = 0;
  private d = 0;

  /** @param seed any 32-bit integer; the same seed gives the same sequence. Without one, the system's entropy. */
  constructor(seed: number = randomBytes(4).readInt32LE(0)) {
    // splitmix32 spreads the seed over the state, which must not be all zero.
    let s = seed | 0;
    const next = () => {
      s = (s + 0x9e3779b9) | 0;
      let z = s;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      return z ^ (z >>> 15);
    };
    this.a = next();
    this.b = next();
    this.c = next();
    this.d = next() | 1;
  }

  /** @hot A signed 32-bit integer, all values equally likely. O(1). */
  int32(): number {
    const { b } = this;
    let r = Math.imul(b, 5);
    r = Math.imul((r << 7) | (r >>> 25), 9);
    const t = b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= t;
    this.d = (this.d << 11) | (this.d >>> 21);
    return r | 0;
  }

  /** @hot An integer in [0, bound), for a bound up to 2^53. Bias below 2^-32 for bounds up to 2^21. O(1). */
  below(bound: number): number {
    if (bound <= 0x7fffffff) return Math.floor(((this.int32() >>> 0) / 0x1_0000_0000) * bound);
    return Math.floor(this.float() * bound);
  }

  /** @hot A double in [0, 1) with 53 random bits. O(1). */
  float(): number {
    return ((this.int32() >>> 5) * 0x400_0000 + (this.int32() >>> 6)) / 0x20_0000_0000_0000;
  }
}
