/**
 * How many nodes a radix tree of Redis (rax.c, 7.0) would have with the ids of a stream's nodes as keys: XINFO STREAM
 * tells, and no such tree is kept here.
 *
 * ```
 *   keys of 16 bytes        (root) "abcd" -> [x|y] -> "ef.." -> (key)       3 chains, 1 branching, 2 keys
 *                                              '---> "gh.." -> (key)
 * ```
 * A node stands for each key's end, one for each place where keys part, and one for each chain of bytes on the way
 * between two of those which is not empty; the byte by which a place is left belongs to that place. Without keys there
 * is the root.
 */
import type { StreamId } from './stream-id.js';

const KEY_BYTES = 16;

/** Counts the nodes of the tree while its keys come in ascending order. O(1) each, amortised. */
export class RadixSize {
  /** Bytes from the root of the places where the keys so far part, on the way to the last key, in ascending order. */
  private readonly depths: number[] = [];
  private keys = 0;
  private nodes = 0;
  private previous = new Uint32Array(4);

  /** Adds the next key. */
  add(id: StreamId): void {
    const words = Uint32Array.of(id.msHigh, id.msLow, id.seqHigh, id.seqLow);
    if (this.keys++ > 0) this.part(commonBytes(this.previous, words));
    this.previous = words;
    this.nodes++; // the key's end
  }

  /** How many nodes there are in all. */
  get count(): number {
    if (this.keys === 0) return 1;
    let { nodes } = this;
    let below = KEY_BYTES;
    for (let i = this.depths.length - 1; i >= 0; i--) {
      nodes += 1 + chain(this.depths[i]!, below);
      below = this.depths[i]!;
    }
    return nodes + (below > 0 ? 1 : 0); // the chain from the root
  }

  /** The last key and the next one part at `depth`: what is below that on the way to the last key is complete. */
  private part(depth: number): void {
    const { depths } = this;
    let below = KEY_BYTES;
    while (depths.length > 0 && depths[depths.length - 1]! > depth) {
      const place = depths.pop()!;
      this.nodes += 1 + chain(place, below);
      below = place;
    }
    this.nodes += chain(depth, below);
    if (depths[depths.length - 1] !== depth) depths.push(depth);
  }
}

/** Nodes of the chain from the place at `depth` to what is next at `below`. */
function chain(depth: number, below: number): number {
  return below - depth > 1 ? 1 : 0;
}

/** How many bytes two keys have in common at their beginning. */
function commonBytes(a: Uint32Array, b: Uint32Array): number {
  for (let word = 0; word < 4; word++) {
    if (a[word] !== b[word]) return word * 4 + (Math.clz32(a[word]! ^ b[word]!) >>> 3);
  }
  return KEY_BYTES;
}
