/**
 * The store of cache-aside.ts on top of ioredis 5, ioredis 6 and node-redis: each spells the same commands its own way.
 */
import { Redis as Redis6 } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import { createClient } from 'redis';
import type { Store } from './cache-aside.js';

/** A library's connection with the store on top of it. */
export interface Connected {
  readonly store: Store;
  /** Any command, by the library's own way. */
  command(...args: string[]): Promise<unknown>;
  close(): Promise<void>;
}

/** Connects to the server on `port` of this machine, by the name of the library. */
export const LIBRARIES: Readonly<Record<string, (port: number) => Promise<Connected>>> = {
  'ioredis 5': connectIoredis5,
  'ioredis 6': connectIoredis6,
  'node-redis': connectNodeRedis,
};

async function connectIoredis5(port: number): Promise<Connected> {
  const redis = new Redis5({ port, host: '127.0.0.1', lazyConnect: true });
  await redis.connect();
  return {
    store: {
      get: (key) => redis.get(key),
      setWithTtl: async (key, value, ttlMs) => void (await redis.set(key, value, 'PX', ttlMs)),
      delete: async (key) => void (await redis.del(key)),
      async countWithin(key, windowMs) {
        const replies = await redis.pipeline().incr(key).pexpire(key, windowMs, 'NX').exec();
        return Number(replies?.[0]?.[1]);
      },
    },
    command: (name, ...args) => redis.call(name!, ...args),
    close: async () => void (await redis.quit()),
  };
}

async function connectIoredis6(port: number): Promise<Connected> {
  const redis = new Redis6({ port, host: '127.0.0.1', lazyConnect: true });
  await redis.connect();
  return {
    store: {
      get: (key) => redis.get(key),
      setWithTtl: async (key, value, ttlMs) => void (await redis.set(key, value, 'PX', ttlMs)),
      delete: async (key) => void (await redis.del(key)),
      async countWithin(key, windowMs) {
        const replies = await redis.pipeline().incr(key).pexpire(key, windowMs, 'NX').exec();
        return Number(replies?.[0]?.[1]);
      },
    },
    command: (name, ...args) => redis.call(name!, ...args),
    close: async () => void (await redis.quit()),
  };
}

async function connectNodeRedis(port: number): Promise<Connected> {
  const redis = createClient({ socket: { port, host: '127.0.0.1' } });
  await redis.connect();
  return {
    store: {
      get: async (key) => (await redis.get(key)) as string | null,
      setWithTtl: async (key, value, ttlMs) => {
        await redis.set(key, value, { expiration: { type: 'PX', value: ttlMs } });
      },
      delete: async (key) => void (await redis.del(key)),
      async countWithin(key, windowMs) {
        const replies = await redis.multi().incr(key).pExpire(key, windowMs, 'NX').execAsPipeline();
        return Number(replies[0]);
      },
    },
    command: (...args) => redis.sendCommand(args),
    close: async () => void (await redis.close()),
  };
}
