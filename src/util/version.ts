/** Which Redis this server is compatible with, and which Redstart it is. */

/** What INFO and HELLO give as the server's version: clients choose what they use by it. */
export const REDIS_VERSION = '7.4.1';

/** The version of this package; a test compares it with package.json. */
export const REDSTART_VERSION = '0.1.0';
