/** MEMORY DOCTOR's findings, from figures made up for each. */
import { describe, expect, test } from 'vitest';
import { memoryAdvice } from '../../src/observability/info/advice.js';
import type { MemoryFigures } from '../../src/observability/info/memory.js';

const MB = 1024 * 1024;

function figures(changes: Partial<MemoryFigures>, arena: Partial<MemoryFigures['arena']> = {}): MemoryFigures {
  return {
    usedBytes: 100 * MB,
    peakBytes: 100 * MB,
    startupBytes: 0,
    rssBytes: 160 * MB,
    indexBytes: 10 * MB,
    clientBytes: 0,
    overheadBytes: 10 * MB,
    datasetBytes: 90 * MB,
    datasetPercent: 90,
    arena: {
      liveBytes: 90 * MB,
      heldBytes: 92 * MB,
      touchedBytes: 95 * MB,
      reservedBytes: 96 * MB,
      slabs: 6,
      pages: 1472,
      runs: 0,
      longBlocks: 0,
      fragmentation: 95 / 90,
      ...arena,
    },
    ...changes,
  };
}

describe('memoryAdvice', () => {
  test('has nothing to say about a server with next to no data', () => {
    expect(memoryAdvice(figures({ usedBytes: MB, peakBytes: 100 * MB }))).toMatch(/next to no data/);
  });

  test('finds memory in order', () => {
    expect(memoryAdvice(figures({}))).toBe('The memory of this server is in order.\n');
  });

  test('tells of a peak far above what is used', () => {
    expect(memoryAdvice(figures({ peakBytes: 300 * MB }))).toMatch(/^\* Peak: 314572800 bytes .* 104857600 are now/);
  });

  test('tells of slabs that are half empty', () => {
    const text = memoryAdvice(figures({}, { touchedBytes: 190 * MB, fragmentation: 190 / 90 }));
    expect(text).toMatch(/^\* Fragmentation: 199229440 bytes of slabs hold 94371840 bytes of blocks/);
  });

  test('tells of clients with large buffers, after other findings', () => {
    const text = memoryAdvice(figures({ clientBytes: 50 * MB, peakBytes: 300 * MB }));
    expect(text).toMatch(/^\* Peak: [\s\S]*\n\n\* Clients: their buffers take 52428800 bytes/);
  });
});
