/** The numbers of RDB: versions, types of values, and how strings are encoded. */

/** The version that is written: the lowest that holds all but {@link RDB_VERSION_FIELD_TTL}, so that each Redis from 7.0 on reads it. */
export const RDB_VERSION = 10;
/** The version that is written where fields of a hash expire. */
export const RDB_VERSION_FIELD_TTL = 12;
/** The newest version that is read. */
export const RDB_VERSION_READ = 12;

// In the two highest bits of a length's first byte, but for the last two, which are the whole byte.
export const LENGTH_6_BITS = 0;
export const LENGTH_14_BITS = 1;
export const LENGTH_ENCODED = 3;
export const LENGTH_32_BITS = 0x80;
export const LENGTH_64_BITS = 0x81;

// What stands in the six lower bits of an encoded string's first byte.
export const STRING_INT8 = 0;
export const STRING_INT16 = 1;
export const STRING_INT32 = 2;
export const STRING_LZF = 3;
