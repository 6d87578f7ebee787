/** Writes the tree of folders and files into ARCHITECTURE.md as it is on disk (npm run tree). */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withTreeOnDisk } from '../test/architecture/project-tree.ts';
import { ROOT } from './command.ts';

const path = join(ROOT, 'ARCHITECTURE.md');
writeFileSync(path, withTreeOnDisk(readFileSync(path, 'utf8')));
