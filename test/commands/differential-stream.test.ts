/**
 * Random stream commands on redstart and on the reference: the same replies, and the same left in the end. Once with
 * nodes as they are configured, and once with ones that are soon full, so that there are several in each stream.
 */
import { differential } from '../support/differential.js';
import {
  normaliseStream,
  STREAM_BEGINNING,
  STREAM_INSPECTION,
  streamCommand,
  withPreparation,
} from '../support/stream-arbitraries.js';

differential('stream commands', streamCommand, {
  normalise: normaliseStream,
  expand: withPreparation,
  atStart: STREAM_BEGINNING,
  size: 'max',
  runs: 150,
  maxLength: 60,
  atEnd: STREAM_INSPECTION,
});

differential('stream commands with nodes of three entries', streamCommand, {
  normalise: normaliseStream,
  expand: withPreparation,
  atStart: STREAM_BEGINNING,
  size: 'max',
  runs: 100,
  maxLength: 60,
  protocols: [3],
  atEnd: STREAM_INSPECTION,
  args: ['--stream-node-max-entries', '3'],
});

differential('stream commands with nodes of a few bytes', streamCommand, {
  normalise: normaliseStream,
  expand: withPreparation,
  atStart: STREAM_BEGINNING,
  size: 'max',
  runs: 100,
  maxLength: 60,
  protocols: [2],
  atEnd: STREAM_INSPECTION,
  args: ['--stream-node-max-bytes', '120', '--stream-node-max-entries', '0'],
});
