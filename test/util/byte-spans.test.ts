import { expect, test } from 'vitest';
import { ByteSpans } from '../../src/util/byte-spans.js';

test('spans let go of a buffer that is dropped, and of no other', () => {
  const spans = new ByteSpans();
  const bytes = Buffer.allocUnsafeSlow(100);
  spans.bind(bytes);
  spans.unbind(Buffer.allocUnsafeSlow(100).buffer);
  expect(spans.bytes).toBe(bytes);
  spans.unbind(bytes.buffer);
  expect([spans.bytes.length, spans.view.byteLength]).toEqual([0, 0]);
});
