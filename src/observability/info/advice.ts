/** MEMORY DOCTOR: what the figures of a server's memory say, in words. */
import { type MemoryFigures, ratioOf } from './memory.js';

/** Below this there is nothing to be told. */
const LITTLE_BYTES = 5 * 1024 * 1024;
/** A peak of so many times what is in use now is worth a word, as is so much memory around the data. */
const HIGH_PEAK = 1.5;
const HIGH_FRAGMENTATION = 1.4;
const WORTH_BYTES = 10 * 1024 * 1024;

/** A text for operators, one finding a paragraph. */
export function memoryAdvice(figures: MemoryFigures): string {
  const { usedBytes, peakBytes, clientBytes, arena } = figures;
  if (usedBytes < LITTLE_BYTES) {
    return 'This server holds next to no data: there is nothing to judge. Ask again when it has some.\n';
  }
  const findings: string[] = [];
  if (ratioOf(peakBytes, usedBytes) > HIGH_PEAK) {
    findings.push(
      `Peak: ${peakBytes} bytes were in use at a time, ${usedBytes} are now. Freed slabs go back to the system one after ` +
        'the other; until then the process looks larger than its data.',
    );
  }
  if (arena.fragmentation > HIGH_FRAGMENTATION && arena.touchedBytes - arena.liveBytes > WORTH_BYTES) {
    findings.push(
      `Fragmentation: ${arena.touchedBytes} bytes of slabs hold ${arena.liveBytes} bytes of blocks. Values of other sizes ` +
        'than before leave pages half empty; they fill up again as data is written.',
    );
  }
  if (clientBytes > usedBytes / 4 && clientBytes > WORTH_BYTES) {
    findings.push(
      `Clients: their buffers take ${clientBytes} bytes. Look for slow readers in CLIENT LIST (omem), and consider ` +
        'client-output-buffer-limit and maxmemory-clients.',
    );
  }
  if (findings.length === 0) return 'The memory of this server is in order.\n';
  return `${findings.map((finding) => `* ${finding}`).join('\n\n')}\n`;
}
