/** Which Redis this server is compatible with, and which Redstart it is. */

/** What INFO and HELLO give as the server's version: clients choose what they use by it. */
export const REDIS_VERSION = '7.4.1';

/** The version of this package; a test compares it with package.json. */
export const REDSTART_VERSION = '0.1.0';

/** Identifies the build in INFO and `--version`: 16 hexadecimal digits that change with the version. */
export const BUILD_ID = buildId(`redstart ${REDSTART_VERSION}`);

/** FNV-1a over the text, twice with different bases. */
function buildId(text: string): string {
  let id = '';
  for (const base of [0x811c9dc5, 0x9747b28c]) {
    let h = base;
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    id += (h >>> 0).toString(16).padStart(8, '0');
  }
  return id;
}
