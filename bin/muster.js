#!/usr/bin/env node
/** Starts Muster: from its sources in a checkout, so that nothing stale ever runs, and from `dist` where it was installed. */
import { existsSync } from 'node:fs';

/** The first release line that runs TypeScript as it stands and that the libraries support. */
const NODE_MAJOR_MIN = 24;

const major = Number(process.versions.node.split('.')[0]);
if (major < NODE_MAJOR_MIN) {
  process.stderr.write(
    `Muster needs Node ${NODE_MAJOR_MIN} or newer; this is ${process.version}.\n` +
      'In a checkout, run "npx muster …" instead: it uses the Node that script/setup brought along.\n',
  );
  process.exitCode = 1;
} else {
  const sources = new URL('../src/main.ts', import.meta.url);
  const built = new URL('../dist/main.js', import.meta.url);
  await import((existsSync(sources) ? sources : built).href);
}
