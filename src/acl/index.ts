/** Users and what they may do. */
export {
  ALLOWED,
  type Call,
  type ChannelUses,
  DENIED_CHANNEL,
  DENIED_COMMAND,
  DENIED_KEY,
  type KeyUses,
  type Permissions,
  type Verdict,
} from './permissions.js';
export { User, Users } from './user.js';
