/** Directives that are accepted before the feature that they are for is there: whoever sets one is told. */
import { type Config, NAMES } from '../config/index.js';
import type { Log } from './log.js';

/** Directives whose feature is still to come, but `save`: that nothing is saved is said in any case. */
const WAITING = NAMES.filter(
  ({ name, directive }) => directive.effect === 'later' && name === directive.name && name !== 'save',
);

/** Logs which directives have no effect yet though they are set to something, now and whenever CONFIG SET sets one. */
export function watchWaitingDirectives(config: Config, log: Log): void {
  let known = changed(config);
  if (known.length > 0) log.warning(`No effect in this version: ${known.join(', ')}.`);
  config.onApply(
    WAITING.map(({ field }) => field),
    () => {
      const now = changed(config);
      const added = now.filter((name) => !known.includes(name));
      if (added.length > 0) log.warning(`No effect in this version: ${added.join(', ')}.`);
      known = now;
      return null;
    },
  );
}

/** The names of those whose value is not the default. */
function changed(config: Config): string[] {
  return WAITING.filter(({ field, directive }) => config.show(field) !== directive.type.format(directive.fallback)).map(
    ({ name }) => name,
  );
}

/**
 * What a configuration asks for and this version must not start without, since nobody would see that it is missing:
 * users with their passwords, or being a replica. Null when there is nothing of that kind.
 */
export function missingFeature(config: Config): string | null {
  if (config.users.length > 0 || config.aclfile !== '') {
    return 'This version has no ACL: it does not start with user lines or an aclfile. requirepass sets a password.';
  }
  if (config.replicaof !== null) return 'This version cannot be a replica: it does not start with replicaof.';
  return null;
}
