/**
 * Users. Today there is one, `default`, who may do everything; the points where permission is asked (dispatch, and
 * later EXEC, scripts, unblocking, channels) are in place from the start, so that rules change this module only.
 */
import { createHash, timingSafeEqual } from 'node:crypto';

/** A user of the server. */
export class User {
  readonly name: string;
  /** No rule restricts this user: the fast answer of every check. */
  readonly allPowerful = true;
  /** Any password is right, and new connections are this user from the start. */
  nopass = true;
  /** SHA-256 of the passwords that are right. */
  private readonly passwords: Buffer[] = [];

  constructor(name: string) {
    this.name = name;
  }

  /** Makes `password` the only one; the empty one means that none is asked for (`requirepass`). */
  setOnlyPassword(password: string): void {
    this.passwords.length = 0;
    this.nopass = password === '';
    if (!this.nopass) this.passwords.push(sha256(Buffer.from(password)));
  }

  /** Whether `password` lets one be this user. Takes the same time for every wrong one. */
  authenticates(password: Uint8Array): boolean {
    if (this.nopass) return true;
    const digest = sha256(password);
    let right = false;
    for (const known of this.passwords) if (timingSafeEqual(known, digest)) right = true;
    return right;
  }
}

/** All users of one server. */
export class Users {
  readonly default = new User('default');

  /** The user of this name, null when there is none. */
  find(name: string): User | null {
    return name === this.default.name ? this.default : null;
  }
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
