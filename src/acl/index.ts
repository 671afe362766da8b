/** Users and what they may do. */
export { User, Users } from './user.js';
