/** Payloads for RESTORE, made by hand. */
import { Crc64 } from '../../src/util/crc64.js';

/** Type and value with an RDB version and a right checksum behind them. */
export function payload(bytes: readonly number[], version = 10): Buffer {
  const whole = Buffer.from([...bytes, version & 255, version >> 8, ...new Array<number>(8).fill(0)]);
  const crc = new Crc64();
  crc.update(whole, 0, whole.length - 8);
  crc.writeTo(whole, whole.length - 8);
  return whole;
}
