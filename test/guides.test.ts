/** The guides for Research Service: what they tell people to write can be read, and both languages show the same. */
import { describe, expect, test } from 'vitest';
import type { Kind } from '../src/model/document.ts';
import { FIELD_NAMES, readDocuments } from '../src/model/documents.ts';
import { readYaml } from '../src/sources/yaml.ts';
import { examplesIn, GUIDES, workflowsOf } from './support/guide.ts';

/** How a section names the file that its example stands in. */
const PLACES: readonly (readonly [place: string, kind: Kind])[] = [
  ['`users/', 'user'],
  ['`mail-blocks.yaml`', 'mail-block'],
  ['`blocked-institutions.yaml`', 'blocked-institution'],
  ['`servers/`', 'server'],
];

const WORKFLOWS = 6;
const STEPS = 3;

describe.each(Object.values(GUIDES))('%s', (page) => {
  const sections = workflowsOf(page);

  test('has six workflows of three steps', () => {
    const steps = sections.map((section) => [...section.matchAll(/\n\d\. /gu)].length);
    expect(steps).toEqual(Array.from({ length: WORKFLOWS }, () => STEPS));
  });

  test('shows nothing that can’t be written', () => {
    const read = sections.flatMap((section) => {
      const kind = PLACES.find(([place]) => section.includes(place))?.[1];
      return examplesIn(section).map((yaml) => {
        const { tree, faults } = readYaml(Buffer.from(yaml), FIELD_NAMES);
        if (tree === null || kind === undefined) return { kind, problems: faults };
        const typed = readDocuments(kind, tree);
        return { kind, entries: typed.entries.length, problems: [...faults, ...typed.problems] };
      });
    });
    expect(read).toEqual(
      (['user', 'mail-block', 'blocked-institution', 'server'] as const).map((kind) => ({
        kind,
        entries: 1,
        problems: [],
      })),
    );
  });
});

test('both languages show the same entries, but for free text', () => {
  const shown = (page: string) =>
    workflowsOf(page)
      .flatMap(examplesIn)
      .map((yaml) => yaml.replaceAll(/^( *reason:).*$/gmu, '$1'));
  expect(shown(GUIDES.da)).toEqual(shown(GUIDES.en));
});
