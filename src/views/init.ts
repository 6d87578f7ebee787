/** What `muster init` wrote, and what comes next. */
import { line, nextStep, type Page } from './page.ts';

/** @param configFile the configuration among what was written */
export function initPage(folder: string, written: readonly string[], configFile: string): Page {
  return {
    title: `A beginning in ${folder}`,
    blocks: [
      line(`Written: ${written.join(', ')}.`, 'good'),
      line('It only observes, over an empty directory in a file: nothing can go wrong yet.'),
      ...nextStep(`Look: muster --config ${configFile} plan`),
      line(`In a checkout: npx muster --config ${configFile} plan`),
      ...nextStep(
        'Then write your own institutions and people, and change the configuration; every setting is explained there.',
      ),
    ],
  };
}
