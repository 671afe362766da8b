/**
 * Why a server did not start, in the words of its log's last line. What led to it, where that is more, is its `cause`:
 * an embedder may keep no log.
 */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}
