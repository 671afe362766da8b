/**
 * Asks whether a user may run a call. Every way to a command comes through here: dispatch, and with it a command that
 * was postponed and is run again; EXEC, for each command that it has queued; scripts, for each that they call.
 */
import {
  ALLOWED,
  type Call,
  type ChannelUses,
  DENIED_CHANNEL,
  DENIED_COMMAND,
  DENIED_KEY,
  type Permissions,
} from '../acl/index.js';
import type { User } from '../acl/user.js';
import type { ServerStats } from '../observability/stats.js';
import type { Argv, ErrorReply } from '../resp/index.js';
import { NOPERM_CHANNEL, NOPERM_COMMAND, NOPERM_KEY } from './errors.js';
import { findKeys, KeyPositions } from './key-specs.js';
import { FLAG_NO_AUTH } from './spec.js';
import type { Command } from './table.js';

/** Turns calls into questions and verdicts into errors; one a server, reused from call to call. */
export class PermissionCheck {
  private readonly stats: ServerStats;
  private readonly keys = new KeyPositions();

  constructor(stats: ServerStats) {
    this.stats = stats;
  }

  /**
   * Why `user`, whom `permissions` restrict, may not run `command` with these arguments, whose number fits it; null
   * when the user may. Counts the refusal. What runs before a client has authenticated is denied to nobody.
   * O(arguments).
   */
  refusal(user: User, permissions: Permissions, command: Command, argv: Argv): ErrorReply | null {
    if ((command.flags & FLAG_NO_AUTH) !== 0) return null;
    const { stats, keys } = this;
    // Where the arguments are wrong there are no keys: the command will say so itself.
    findKeys(command, argv, keys);
    const call: Call = { commandId: command.id, argv, keys, channels: channelsOf(command, argv) };
    switch (permissions.verdict(call)) {
      case ALLOWED:
        return null;
      case DENIED_COMMAND:
        stats.aclAccessDeniedCmd++;
        return NOPERM_COMMAND(user.name, command.name);
      case DENIED_KEY:
        stats.aclAccessDeniedKey++;
        return NOPERM_KEY;
      case DENIED_CHANNEL:
        stats.aclAccessDeniedChannel++;
        return NOPERM_CHANNEL;
    }
  }
}

const NO_CHANNELS: ChannelUses = { first: 0, last: -1, arePatterns: false };

function channelsOf({ channels }: Command, argv: Argv): ChannelUses {
  if (channels === null) return NO_CHANNELS;
  return channels.last >= 0 ? channels : { ...channels, last: argv.count + channels.last };
}
