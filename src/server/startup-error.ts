/** Why a server did not start: the reason is in its log already, in Redis' words. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}
