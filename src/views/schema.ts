/** What was written for editors, and what it is good for. */
import { line, nextStep, type Page } from './page.ts';

export function schemaPage(folder: string, written: readonly string[]): Page {
  return {
    title: `Schemas for editors in ${folder}`,
    blocks: [
      line(`Written: ${written.join(', ')}.`, 'good'),
      ...nextStep(
        'Commit these files. An editor with YAML support (the extension redhat.vscode-yaml) then checks and explains each field.',
      ),
    ],
  };
}
