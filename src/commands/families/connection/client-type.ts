/** The types of clients, for the TYPE of CLIENT LIST and CLIENT KILL. */
import { type Argv, token } from '../../../resp/index.js';
import type { Client } from '../../client.js';

export type ClientType = 'normal' | 'replica' | 'master' | 'pubsub';

const TYPE_TOKENS: readonly (readonly [word: Uint8Array, type: ClientType])[] = [
  [token('normal'), 'normal'],
  [token('slave'), 'replica'],
  [token('replica'), 'replica'],
  [token('pubsub'), 'pubsub'],
  [token('master'), 'master'],
];

/** The type that argument `i` names in any case, '' when it names none. */
export function clientTypeNamed(argv: Argv, i: number): ClientType | '' {
  return TYPE_TOKENS.find(([word]) => argv.is(i, word))?.[1] ?? '';
}

export function typeOf(client: Client): ClientType {
  return client.subscriptions === null ? 'normal' : 'pubsub';
}
