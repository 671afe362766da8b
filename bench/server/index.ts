/** All scenarios, in the order in which they run. */
import type { Scenario } from '../support/scenario.js';
import { commands } from './commands.js';
import { bigValue, idleConnections, slowReader } from './connections.js';
import { churn, memory } from './memory.js';
import { expiry, fill } from './stalls.js';
import { startup } from './startup.js';
import { largeDeletes, structures, valueMemory } from './structures.js';
import { throughput } from './throughput.js';

export const SCENARIOS: readonly Scenario[] = [
  throughput,
  startup,
  memory,
  churn,
  fill,
  expiry,
  slowReader,
  idleConnections,
  bigValue,
  commands,
  structures,
  valueMemory,
  largeDeletes,
];
