/**
 * A reporter that ends the output with one line of counts, `N passed, N failed, N skipped`, for programs that read only
 * the last line. It is written when the process exits, so that nothing comes after it.
 */
import { writeSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

export class ClosingLine implements Reporter {
  private passedCount = 0;
  /** One until a run has ended: a run that cannot even begin has failed. */
  private failedCount = 1;
  private skippedCount = 0;

  onInit(): void {
    process.once('exit', () => writeSync(1, this.line()));
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    this.passedCount = 0;
    // An error outside of any test (a rejected promise nobody awaited) fails the run: it must show in the line.
    this.failedCount = errors.length;
    this.skippedCount = 0;
    for (const module of modules) {
      if (module.errors().length > 0) this.failedCount++; // The file could not be loaded: none of its tests ran.
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') this.passedCount++;
        else if (state === 'failed') this.failedCount++;
        else this.skippedCount++;
      }
    }
  }

  private line(): string {
    // A preparation that threw (global-setup.ts) fails the run without a failed test.
    if (this.failedCount === 0 && process.exitCode) this.failedCount = 1;
    return `${this.passedCount} passed, ${this.failedCount} failed, ${this.skippedCount} skipped\n`;
  }
}
