/**
 * The limits at which values change their encoding: the directives of the same names, whose values the server puts here
 * whenever they change. One object a keyspace; types read it at each operation that may add something.
 */
export class TypeLimits {
  hashMaxListpackEntries = 512;
  hashMaxListpackValue = 64;
  setMaxIntsetEntries = 512;
  setMaxListpackEntries = 128;
  setMaxListpackValue = 64;
  zsetMaxListpackEntries = 128;
  zsetMaxListpackValue = 64;
  /** Entries of a list's node when positive; -1 to -5: 4 to 64 KiB. */
  listMaxListpackSize = -2;
  /** Nodes at each end of a list that stay uncompressed; 0: all. */
  listCompressDepth = 0;
  /** Bytes of a stream's node at most; 0: no limit. */
  streamNodeMaxBytes = 4096;
  /** Entries of a stream's node at most; 0: no limit. */
  streamNodeMaxEntries = 100;
}
