/** What `muster init` wrote, and what comes next. */
import { line, nextStep, type Page, snippet } from './page.ts';
import { shellWord } from './shell-word.ts';

export interface Beginning {
  readonly folder: string;
  /** Paths below it. */
  readonly written: readonly string[];
  /** The configuration among what was written. */
  readonly configFile: string;
  /** The folder of the repository among what was written. */
  readonly repository: string;
}

export function initPage({ folder, written, configFile, repository }: Beginning): Page {
  const look = `muster --config ${shellWord(configFile)} plan`;
  return {
    title: `A beginning in ${folder}`,
    blocks: [
      line(`Written: ${written.join(', ')}.`, 'good'),
      line('It only observes, over an empty directory in a file: nothing can go wrong yet.'),
      ...nextStep(`Look: ${look}`),
      line(`In a checkout: npx ${look}`),
      ...nextStep(
        'Then write your own institutions and people, and change the configuration; every setting is explained there.',
      ),
      line('Into Git goes the folder of the repository, and not the one around it, which is of this machine alone:'),
      snippet(`git init ${shellWord(repository)}`),
    ],
  };
}
