/**
 * Thrown in a snapshot's worker when the main thread got no memory for a copy: what has been read since the step before
 * may be newer than the snapshot, or torn.
 */
export class SnapshotFailedError extends Error {
  override readonly name = 'SnapshotFailedError';

  constructor() {
    super('the snapshot has failed: there was no memory to keep what was overwritten');
  }
}
