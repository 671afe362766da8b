/** The arguments `FIELDS numfields field [field ...]`, as the commands about times to live of fields take them. */
import { type Argv, type ErrorReply, token } from '../../../resp/index.js';
import { ERR_FIELDS_MATCH, ERR_FIELDS_MISSING } from '../../errors.js';

const FIELDS = token('fields');

/**
 * What is wrong with the fields, null when nothing is: the word has to be argument `word`, and they end the command.
 * @param countError for a count that is not positive
 */
export function fieldsRefusal(argv: Argv, word: number, countError: ErrorReply): ErrorReply | null {
  if (!argv.is(word, FIELDS)) return ERR_FIELDS_MISSING;
  const count = argv.int(word + 1);
  if (!(count >= 1)) return countError;
  return count === argv.count - word - 2 ? null : ERR_FIELDS_MATCH;
}
