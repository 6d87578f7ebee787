/** Y1: the example repository with any one file cut off at any byte, through the real loader: nothing follows from it. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { compareText } from '../../src/diagnostic.ts';
import { startOfDay } from '../../src/model/day.ts';
import type { AnyEntry, Day, Instant } from '../../src/model/document.ts';
import type { Loaded } from '../../src/model/loaded.ts';
import { indexModel, type ModelIndex, standing } from '../../src/model/standing.ts';
import { type Resolution, resolve } from '../../src/model/validate.ts';
import { blobId } from '../../src/sources/folder.ts';
import { load } from '../../src/sources/loader.ts';
import type { Source } from '../../src/sources/source.ts';
import { INSTANCE, memoryCache } from '../sources/loading.ts';

const FOLDER = join(import.meta.dirname, '../../desired-state');
const ZONE = 'Europe/Copenhagen';
/** People have access, people have lost it, and dates lie on both sides. */
const NOW = startOfDay('2026-11-15' as Day, ZONE);

type Contents = ReadonlyMap<string, Uint8Array>;

async function exampleRepository(): Promise<Contents> {
  const found = await readdir(FOLDER, { recursive: true, withFileTypes: true });
  const paths = found.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  const read = await Promise.all(
    paths.map(async (path) => [path.slice(FOLDER.length + 1), await readFile(path)] as const),
  );
  return new Map(read.sort(([a], [b]) => compareText(a, b)));
}

/** The port with contents in memory, so that ten thousand variants cost no disk; the loader behind it is the real one. */
function sourceOf(contents: Contents): Source {
  const files = [...contents].map(([path, bytes]) => ({ path, blob: blobId(bytes), size: bytes.length }));
  return {
    where: 'the example with one file cut off',
    snapshot: () => Promise.resolve({ revision: 'r', committedAt: null, files, rejected: [] }),
    async *texts(wanted) {
      for (const file of wanted)
        yield await Promise.resolve({ file, bytes: contents.get(file.path) ?? new Uint8Array() });
    },
    descends: () => Promise.resolve(true),
    blame: () => Promise.resolve(null),
  };
}

const blobs = memoryCache();
let whole: Contents = new Map();
let remembered: readonly AnyEntry[] = [];
let moments: readonly Instant[] = [];
let expected: ReadonlyMap<Instant, string> = new Map();

/** The whole version was the last good one. */
function loadAfterWhole(contents: Contents): Promise<Loaded> {
  const goodText = (path: string) => {
    const good = whole.get(path);
    return Promise.resolve(good === undefined ? null : new TextDecoder().decode(good));
  };
  return load({ source: sourceOf(contents), blobs, goodText, instance: INSTANCE });
}

function resolved(loaded: Loaded, at: Instant): Resolution {
  return resolve(loaded, remembered, { timeZone: ZONE, operatorBlocks: [], at });
}

/** Every day that the example names, and the moments around it. */
function momentsIn(contents: Contents): readonly Instant[] {
  const text = [...contents.values()].map((bytes) => new TextDecoder().decode(bytes)).join('\n');
  const days = new Set(text.match(/\b\d{4}-\d{2}-\d{2}\b/gu));
  const changes = [...days].flatMap((day) => {
    const start = startOfDay(day as Day, ZONE);
    const next = new Date(Date.parse(`${day}T00:00Z`) + 86_400_000).toISOString().slice(0, 10) as Day;
    return [start, startOfDay(next, ZONE)];
  });
  const later = changes.filter((change) => change > NOW).flatMap((change) => [change - 1, change]);
  return [NOW, ...later.sort((a, b) => a - b), startOfDay('2035-01-01' as Day, ZONE)];
}

/** Everything that a plan could be made of: each person's document, and what they may do and why. */
function consequences({ model }: Resolution, index: ModelIndex, at: Instant): string {
  const people = [...model.users].map(([key, { document }]) => {
    const { mayLogIn, maySendMail, token, nextDue, expires } = standing(index, key, at);
    const verdicts = [mayLogIn, maySendMail, token].map(({ allowed, reasons, ended }) => {
      return [
        allowed,
        reasons.map(({ text, since }) => [text, since]),
        ended.map(({ text, endedAt }) => [text, endedAt]),
      ];
    });
    return [key, document, verdicts, nextDue, expires];
  });
  const institutions = [...model.institutions].map(([key, { document }]) => [key, document]);
  const blocks = [model.blockedInstitutions, model.blockedUsers, model.mailBlocks].map((list) =>
    list.map(({ key, document }) => [key, document]),
  );
  return JSON.stringify([people, institutions, blocks]);
}

beforeAll(async () => {
  whole = await exampleRepository();
  const loaded = await loadAfterWhole(whole);
  const first = resolve(loaded, [], { timeZone: ZONE, operatorBlocks: [], at: NOW });
  expect(first.diagnostics).toEqual([]);
  remembered = first.remember.entries.map((entry) => ({ ...entry, knownSince: NOW }));
  moments = momentsIn(whole);
  expected = new Map(
    moments.map((at) => {
      const resolution = resolved(loaded, at);
      return [at, consequences(resolution, indexModel(resolution.model), at)];
    }),
  );
});

/** What the model sees of a reading: many prefixes come to the same, and are judged once. */
function seenByModel({ files, diagnostics, trusted }: Loaded): string {
  const held = [...diagnostics, ...files.flatMap((file) => file.diagnostics)].map(({ file, severity, holds }) => [
    file,
    severity,
    holds,
  ]);
  const entries = files.map(({ path, kind, entries, broken, unreadable }) => [path, kind, entries, broken, unreadable]);
  return JSON.stringify([entries, held, trusted]);
}

/** Where a reading differs from that of the whole repository, in words; empty: nowhere. */
function differences(loaded: Loaded): readonly string[] {
  return moments.flatMap((at) => {
    const resolution = resolved(loaded, at);
    const same = consequences(resolution, indexModel(resolution.model), at) === expected.get(at);
    const { entries, forget } = resolution.remember;
    const learnt = entries.filter(({ knownSince }) => knownSince === null);
    const lost = forget.filter(
      (entry) => !('lifted' in entry.document) || (entry.document.lifted ?? entry.document.until) === null,
    );
    const when = `on ${new Date(at).toISOString()}`;
    return [
      ...(same ? [] : [`${when} somebody's standing or document differs`]),
      ...learnt.map(({ kind, key }) => `${when} a new ${kind} ${key} is taken in`),
      ...lost.map(({ kind, key }) => `${when} the ${kind} ${key} is forgotten, which has no end`),
    ];
  });
}

describe('Y1: every byte prefix of every file of the example', () => {
  test('the example has what makes a cut-off end dangerous', () => {
    const texts = [...whole].map(([path, bytes]) => ({ path, text: new TextDecoder().decode(bytes) }));
    const ofPeople = texts.filter(({ path }) => path.startsWith('users/'));
    expect(ofPeople.some(({ text }) => /\nphone: [^\n]*\n$/u.test(text))).toBe(true);
    expect(ofPeople.some(({ text }) => /\nends: [^\n]*\n$/u.test(text))).toBe(true);
    const lists = texts.filter(({ path }) => path.startsWith('blocked-'));
    expect(lists.some(({ text }) => /until: /u.test(text))).toBe(true);
    const resolution = resolve(
      { revision: '', committedAt: null, files: [], diagnostics: [], trusted: true },
      remembered,
      {
        timeZone: ZONE,
        operatorBlocks: [],
        at: NOW,
      },
    );
    const blocks = [...resolution.model.blockedUsers, ...resolution.model.blockedInstitutions];
    expect(blocks.some(({ document }) => startOfDay(document.from, ZONE) > NOW)).toBe(true);
    expect(moments.length).toBeGreaterThan(20);
  });

  test('takes nothing, gives nothing, lifts no block and changes no phone number, now or on any later day', async () => {
    const found: string[] = [];
    const judged = new Set<string>();
    let prefixes = 0;
    for (const [path, bytes] of whole) {
      for (let length = 0; length < bytes.length; length += 1) {
        const loaded = await loadAfterWhole(new Map(whole).set(path, bytes.subarray(0, length)));
        prefixes += 1;
        const seen = seenByModel(loaded);
        if (judged.has(seen)) continue;
        judged.add(seen);
        found.push(
          ...differences(loaded).map((what) => `${path} cut off after ${length} of ${bytes.length} bytes: ${what}`),
        );
      }
    }
    expect(found.slice(0, 20)).toEqual([]);
    expect(prefixes).toBe([...whole.values()].reduce((sum, { length }) => sum + length, 0));
    expect(judged.size).toBeGreaterThan(100);
  }, 300_000);

  test('the same for every file that is not there at all', async () => {
    const found: string[] = [];
    for (const path of whole.keys()) {
      const without = new Map(whole);
      without.delete(path);
      found.push(...differences(await loadAfterWhole(without)).map((what) => `without ${path}: ${what}`));
    }
    expect(found).toEqual([]);
  });
});
