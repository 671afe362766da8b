/** The configuration layer: see config.ts for what it offers, table.ts for the directives. */
export { type CommandLine, readCommandLine } from './command-line.js';
export {
  type ApplyHook,
  Config,
  type ConfigPair,
  type ConfiguredModule,
  type ConfiguredUser,
  type SetOrigin,
  type SetResult,
} from './config.js';
export { ConfigError, type ConfigErrorKind } from './config-error.js';
export type { Directive, Effect } from './directive.js';
export type { ConfigSources, LoadChecks, OverrideValue } from './load.js';
export * from './special-types.js';
export { systemErrorText } from './system-error.js';
export { DIRECTIVES, type FieldName, findDirective, NAMES, type NamedDirective } from './table.js';
export { decodeText, encodeText } from './text.js';
export { isTitleVariable, type TitleVariable } from './validators.js';
export { ConfigValues } from './values.js';
