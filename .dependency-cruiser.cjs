/**
 * The layers under src/: who may import whom. `npm run check` holds the table; docs/ARCHITECTURE.md draws it.
 * Imports of types count too: a layer that needs a type from above has its boundary in the wrong place.
 */

/** Each module with the modules that it stands on directly; what those stand on may be imported too. */
const LAYERS = {
  util: [],
  memory: ['util'],
  lua: ['util'],
  resp: ['util'],
  types: ['memory'],
  rdb: ['types'],
  config: ['util'],
  net: ['resp', 'config'],
  keyspace: ['types', 'config'],
  pubsub: ['keyspace', 'resp'],
  acl: ['keyspace', 'resp'],
  observability: ['keyspace', 'resp'],
  commands: ['pubsub', 'acl', 'observability', 'rdb'],
  scripting: ['commands', 'lua'],
  persistence: ['rdb', 'keyspace', 'resp'],
  replication: ['persistence', 'net'],
  cluster: ['commands', 'net'],
  http: ['commands', 'net'],
  server: ['scripting', 'replication', 'cluster', 'http'],
  sentinel: ['net'],
  cli: ['server', 'sentinel'],
};

/** Modules that a layer may import types from, and nothing else: sentinel describes its commands as entries. */
const TYPES_ONLY = { sentinel: ['commands'] };

/** @returns {string[]} the module and everything that it stands on */
function reach(module) {
  return [...new Set([module, ...LAYERS[module].flatMap(reach)])];
}

const oneOf = (modules) => `^src/(${modules.join('|')})/`;

const layerRules = Object.keys(LAYERS).map((module) => ({
  name: `layer-${module}`,
  comment: `src/${module} may import ${reach(module).join(', ')}`,
  severity: 'error',
  from: { path: oneOf([module]) },
  to: { path: '^src/', pathNot: oneOf([...reach(module), ...(TYPES_ONLY[module] ?? [])]) },
}));

const typesOnlyRules = Object.entries(TYPES_ONLY).map(([module, others]) => ({
  name: `layer-${module}-types`,
  comment: `src/${module} may import only types from ${others.join(', ')}`,
  severity: 'error',
  from: { path: oneOf([module]) },
  to: { path: oneOf(others), dependencyTypesNot: ['type-only'] },
}));

module.exports = {
  forbidden: [
    ...layerRules,
    ...typesOnlyRules,
    {
      name: 'layer-unknown',
      comment: 'every source file belongs to a module of the table',
      severity: 'error',
      from: { path: '^src/', pathNot: oneOf(Object.keys(LAYERS)) },
      to: {},
    },
    {
      name: 'no-cycle',
      comment: 'modules that need each other at run time are one module; cycles of types alone are harmless',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'sockets-only-in-net',
      comment: 'only src/net opens sockets (src/http serves HTTP on top of it); types of node:net are free',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(net|http)/' },
      to: { path: '^(node:)?(net|tls|dgram|http|https|http2)$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-development-dependency',
      comment: 'what is shipped needs only "dependencies" of package.json',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'] },
    },
    {
      name: 'not-resolvable',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
    {
      name: 'no-test-code',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench)/' },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
