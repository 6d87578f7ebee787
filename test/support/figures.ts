/** Says on standard error what a long test counted, so that a run's figures can be read afterwards. */

export function figure(text: string): void {
  process.stderr.write(`    · ${text}\n`);
}
