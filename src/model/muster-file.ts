/** `muster.yaml` at the top of the repository: which format it is in, and which Muster it is for. */
import { type Form, openForm } from './form.ts';
import type { Shape } from './form-problems.ts';
import type { Look } from './look.ts';
import { bad, good } from './reading.ts';
import type { Problem, Tree } from './tree.ts';
import { shown } from './wording.ts';

/** The one format of desired-state repositories so far. */
const FORMAT = '1';
export const MUSTER_FILE = 'muster.yaml';

const FORMAT_LOOK: Look = { pattern: FORMAT, hint: `Write ${FORMAT}.`, example: FORMAT, words: [FORMAT] };
/** Which name is right, only the configuration knows. */
const INSTANCE_LOOK: Look = { pattern: '\\S.*', hint: 'The name of the Muster that this is for.', example: 'demo' };

/** The fields of the file, for a Muster of that name. */
export function musterFileShape(instance: string): Shape {
  return {
    format: { write: `format: ${FORMAT}`, about: 'The format of this repository.', look: FORMAT_LOOK },
    instance: { write: `instance: ${instance}`, about: 'The Muster that this repository is for.', look: INSTANCE_LOOK },
  };
}

/** What is wrong with `muster.yaml` for this instance; empty: the repository is ours. */
export function checkMusterFile(tree: Tree, instance: string): readonly Problem[] {
  const problems: Problem[] = [];
  const shape = musterFileShape(instance);
  if (tree.root === null) return [missingMusterFile(instance)];
  const form = openForm(tree, tree.root, shape, problems);
  if (form !== null) checkFields(form, instance);
  return problems;
}

export function missingMusterFile(instance: string): Problem {
  return {
    line: 1,
    column: 1,
    message: `This file must be at the top of the repository and say \`format: ${FORMAT}\` and \`instance: ${instance}\`. Until then nothing here counts.`,
    fix: `format: ${FORMAT}\ninstance: ${instance}`,
  };
}

function checkFields(form: Form, instance: string): void {
  form.required('format', (text) =>
    text === FORMAT ? good(text) : bad(`This Muster reads format ${FORMAT}, not \`${shown(text)}\`.`, FORMAT),
  );
  // No corrected line: a repository of another instance must not become ours by pasting one.
  form.required('instance', (text) =>
    text === instance
      ? good(text)
      : bad(
          `This repository is for the instance \`${shown(text)}\`, but this Muster is \`${instance}\`. Nothing here counts.`,
        ),
  );
}
