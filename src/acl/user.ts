/**
 * Users. Today there is one, `default`, who may do everything. Permission is asked all the same, at dispatch and when a
 * command that was postponed is run again (`commands/permission.ts`), so that rules will change this module only.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Permissions } from './permissions.js';

/** A user of the server. */
export class User {
  readonly name: string;
  /** What this user may do; null: everything, so that one look at this field is the whole check. */
  readonly permissions: Permissions | null;
  /** Any password is right, and new connections are this user from the start. */
  nopass = true;
  /** SHA-256 of the passwords that are right. */
  private readonly passwords: Buffer[] = [];

  constructor(name: string, permissions: Permissions | null = null) {
    this.name = name;
    this.permissions = permissions;
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
