#!/usr/bin/env node
/** Arguments to command to exit code: the only place that ends the process. */
import { runMuster } from './cli/run.ts';

// A reader that goes away (as in `muster plan | head`) is not our failure; each write hears of it by itself.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

const streams = { out: process.stdout, err: process.stderr, in: process.stdin };
process.exit(await runMuster(process.argv.slice(2), streams, process.env));
