/** The public face of the test harness. */
export { type DifferentialOptions, differential } from './differential.js';
export { missingReferenceMessage, referenceAvailable, referenceVersion, startReference } from './reference.js';
export { type ClientOptions, RespClient } from './resp-client.js';
export { type Exit, type RunningServer, type StartOptions, startRedstart } from './server-process.js';
export { CommandClient, type CommandTestOptions, type CommandTests, describeCommands } from './targets.js';
export { freePort, pollUntil } from './wait.js';
export * from './wire.js';
