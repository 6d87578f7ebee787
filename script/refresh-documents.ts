/** Writes into the documents what the code says: the tree into ARCHITECTURE.md, the tests into docs/failures.md (npm run documents). */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withTestsOf } from '../test/architecture/documents.ts';
import { withTreeOnDisk } from '../test/architecture/project-tree.ts';
import { readSourceTree } from '../test/architecture/source-tree.ts';
import { ROOT } from './command.ts';

function refresh(page: string, change: (text: string) => string): void {
  const path = join(ROOT, page);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}

refresh('ARCHITECTURE.md', withTreeOnDisk);
refresh('docs/failures.md', (text) => withTestsOf(text, readSourceTree()));
