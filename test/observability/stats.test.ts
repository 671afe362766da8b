import { expect, test } from 'vitest';
import { ServerStats } from '../../src/observability/stats.js';
import { error } from '../../src/resp/error-reply.js';

test('errors are counted by their codes, of which 128 are kept and the rest told by one mark', () => {
  const stats = new ServerStats(0);
  for (let i = 0; i < 128; i++) stats.countError(error(`KIND${i} text`));
  expect([stats.errors.size, stats.errors.has('ERRORSTATS_DISABLED')]).toEqual([128, false]);
  for (let i = 126; i < 140; i++) stats.countError(error(`KIND${i} text`));
  expect([stats.errors.size, stats.errors.get('ERRORSTATS_DISABLED')]).toEqual([129, 1]);
  expect([stats.errors.get('KIND127'), stats.errors.get('KIND128')]).toEqual([2, undefined]);
  expect(stats.totalErrorReplies).toBe(142);
  stats.reset();
  expect([stats.errors.size, stats.totalErrorReplies]).toEqual([0, 0]);
  stats.countError(error('KIND128 text'));
  expect([...stats.errors]).toEqual([['KIND128', 1]]);
});
