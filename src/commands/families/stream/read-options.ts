/** The arguments of XREAD and XREADGROUP. */

import { type ErrorReply, OptionTable } from '../../../resp/index.js';
import type { CommandContext } from '../../context.js';
import {
  ERR_NOT_INTEGER,
  ERR_SYNTAX,
  ERR_TIMEOUT_NEGATIVE,
  ERR_TIMEOUT_NOT_INTEGER,
  ERR_XREAD_GROUP,
  ERR_XREAD_NOACK,
  ERR_XREADGROUP_GROUP,
  errUnbalancedStreams,
} from '../../errors.js';
import { NO_COUNT } from './entries.js';

const BLOCK = 1;
const COUNT = 2;
const STREAMS = 3;
const GROUP = 4;
const NOACK = 5;
const OPTIONS = new OptionTable({ BLOCK, COUNT, STREAMS, GROUP, NOACK });

/** No BLOCK. */
export const NO_BLOCK = -1;

/** What they say. */
export class ReadOptions {
  count = NO_COUNT;
  /** Milliseconds, 0 for ever; {@link NO_BLOCK}. */
  blockMs = NO_BLOCK;
  /** The argument that is the first key, and how many there are; as many ids follow. */
  firstKey = 0;
  keyCount = 0;
  /** The argument that is the group's name, the consumer's being the next; 0 for none. */
  group = 0;
  noAck = false;

  /** @hot Reads the arguments of the running command; why they are not valid, or null. */
  parse(c: CommandContext, isGroup: boolean): ErrorReply | null {
    const { argv } = c;
    this.count = NO_COUNT;
    this.blockMs = NO_BLOCK;
    this.firstKey = 0;
    this.group = 0;
    this.noAck = false;
    for (let i = 1; i < argv.count && this.firstKey === 0; i++) {
      const option = argv.option(i, OPTIONS);
      const more = argv.count - i - 1;
      if (option === NOACK) {
        if (!isGroup) return ERR_XREAD_NOACK;
        this.noAck = true;
        continue;
      }
      if (option === 0 || more < (option === GROUP ? 2 : 1)) return ERR_SYNTAX;
      const refusal = this.take(c, option, i + 1, isGroup);
      if (refusal !== null) return refusal;
      i += option === GROUP ? 2 : 1;
    }
    if (this.firstKey === 0) return ERR_SYNTAX;
    return isGroup && this.group === 0 ? ERR_XREADGROUP_GROUP : null;
  }

  /** @hot Takes the option whose value begins at argument `i`. */
  private take(c: CommandContext, option: number, i: number, isGroup: boolean): ErrorReply | null {
    const { argv } = c;
    switch (option) {
      case BLOCK:
        this.blockMs = argv.int(i);
        if (Number.isNaN(this.blockMs)) return ERR_TIMEOUT_NOT_INTEGER;
        return this.blockMs < 0 ? ERR_TIMEOUT_NEGATIVE : null;
      case COUNT: {
        const count = argv.int(i);
        if (Number.isNaN(count)) return ERR_NOT_INTEGER;
        this.count = count <= 0 ? NO_COUNT : count;
        return null;
      }
      case STREAMS: {
        const rest = argv.count - i;
        if ((rest & 1) !== 0) return errUnbalancedStreams(c.command.name, isGroup ? '>' : '$');
        this.firstKey = i;
        this.keyCount = rest >>> 1;
        return null;
      }
      default:
        if (!isGroup) return ERR_XREAD_GROUP;
        this.group = i;
        return null;
    }
  }
}
