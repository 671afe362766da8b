/** Directives that are accepted before the feature that they are for is there: whoever sets one is told. */
import { type Config, NAMES } from '../config/index.js';

/**
 * The names of directives whose feature is still to come and whose value is not the default, `user` among them. `save`
 * is left out: that nothing is saved is said in any case.
 */
export function waitingDirectives(config: Config): string[] {
  const names: string[] = [];
  for (const { name, field, directive } of NAMES) {
    if (directive.effect !== 'later' || name !== directive.name || name === 'save') continue;
    if (config.show(field) !== directive.type.format(directive.fallback)) names.push(name);
  }
  if (config.users.length > 0) names.push('user');
  return names;
}
