/** The shape of the code: who imports whom, how long things are, what they are called, and that the linter sees what it must. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXTERNAL } from '../script/build-program.ts';
import { layerOf, PACKAGES, PACKAGES_AT_EVERY_EDGE, packageOf } from './architecture/layers.ts';
import { type Found, ROOT, readSourceTree, type SourceFile } from './architecture/source-tree.ts';

/** One screen twice over: what a reader can keep in mind. */
const FILE_LINES_MAX = 300;
/** One screen. */
const FUNCTION_LINES_MAX = 70;

/** Names that say nothing about what is in a file. */
const EMPTY_NAMES = /^(index|utils?|helpers?|common|misc|shared|types|constants)$/;

const tree = readSourceTree();
const sources = tree.filter(({ path }) => path.startsWith('src/'));
const known = new Set(tree.map(({ path }) => path));

/** `src/core/pass.ts:12 …`, for everything in these files that is said to be wrong. */
function wrong(files: readonly SourceFile[], of: (file: SourceFile) => readonly Found[]): readonly string[] {
  return files.flatMap((file) => of(file).map(({ text, line }) => `${file.path}:${line} ${text}`));
}

describe('imports', () => {
  test('point one way', () => {
    const against = wrong(sources, ({ path, imports }) => {
      const layer = layerOf(path);
      if (layer === undefined)
        return [{ text: 'belongs to no layer: name one in test/architecture/layers.ts', line: 1 }];
      return imports.flatMap(({ text, line }) => {
        if (!text.includes('/') || !known.has(text)) return [];
        const other = layerOf(text)?.name ?? 'nothing in src';
        return other === layer.name || layer.imports.includes(other)
          ? []
          : [{ text: `${layer.name} must not import ${other} (${text})`, line }];
      });
    });
    expect(against).toEqual([]);
  });

  test('name files that exist, with their ending', () => {
    const lost = wrong(sources, ({ imports }) =>
      imports.filter(({ text }) => text.startsWith('src/') && !known.has(text)),
    );
    expect(lost).toEqual([]);
  });

  test('go round in no circle', () => {
    expect(circles(sources)).toEqual([]);
  });

  test('of an npm package stand in one file or folder', () => {
    const astray = wrong(sources, ({ path, imports }) =>
      imports.filter(({ text }) => {
        if (text.startsWith('src/') || isBuiltin(text)) return false;
        const name = packageOf(text);
        if (PACKAGES_AT_EVERY_EDGE.includes(name)) return false;
        const home = PACKAGES[name];
        return home === undefined || !(home.endsWith('/') ? path.startsWith(home) : path === home);
      }),
    );
    expect(astray).toEqual([]);
  });

  test('use every package that is listed for them, and the one that is not built in is installed with Muster', () => {
    const text = readFileSync(join(ROOT, 'package.json'), 'utf8');
    const { dependencies, devDependencies } = JSON.parse(text) as Record<string, object>;
    expect(Object.keys(dependencies ?? {})).toEqual(EXTERNAL);
    const named = [...Object.keys(PACKAGES), ...PACKAGES_AT_EVERY_EDGE];
    expect(named.filter((name) => !(name in { ...dependencies, ...devDependencies }))).toEqual([]);
    const imported = new Set(sources.flatMap(({ imports }) => imports.map(({ text }) => packageOf(text))));
    expect(named.filter((name) => !imported.has(name))).toEqual([]);
  });
});

/** Every circle of imports among these files, types included, once. */
function circles(files: readonly SourceFile[]): readonly string[] {
  const importsOf = new Map(files.map(({ path, imports }) => [path, imports.map(({ text }) => text)]));
  const done = new Set<string>();
  const found: string[] = [];
  const walk = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) {
      found.push([...way.slice(way.indexOf(path)), path].join(' → '));
      return;
    }
    if (done.has(path)) return;
    for (const next of importsOf.get(path) ?? []) walk(next, [...way, path]);
    done.add(path);
  };
  for (const path of importsOf.keys()) walk(path, []);
  return found;
}

describe('size and form', () => {
  test(`no file is longer than ${FILE_LINES_MAX} lines`, () => {
    expect(tree.filter(({ lines }) => lines > FILE_LINES_MAX).map(({ path, lines }) => `${path}: ${lines}`)).toEqual(
      [],
    );
  });

  test(`no function is longer than ${FUNCTION_LINES_MAX} lines`, () => {
    const judged = tree.filter(({ path }) => /^(src|script|test\/(support|architecture))\//.test(path));
    const long = wrong(judged, ({ functions }) =>
      functions
        .filter(({ lines }) => lines > FUNCTION_LINES_MAX)
        .map(({ name, line, lines }) => ({ text: `${name}: ${lines} lines`, line })),
    );
    expect(long).toEqual([]);
  });

  test('every file begins by saying what it is', () => {
    const judged = tree.filter(({ path }) => !/\.(test|config)\.ts$/.test(path));
    expect(judged.filter(({ hasHeader }) => !hasHeader).map(({ path }) => path)).toEqual([]);
  });

  test('nothing is exported without a name', () => {
    const judged = tree.filter(({ path }) => path !== 'vitest.config.ts');
    expect(wrong(judged, ({ defaultExports }) => defaultExports)).toEqual([]);
  });

  test('files are named in kebab-case, after what is in them', () => {
    const named = tree.map(({ path }) => ({
      path,
      stem: basename(path).replace(/(\.test|\.contract|\.config)?\.ts$/, ''),
    }));
    const odd = named.filter(({ stem }) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(stem) || EMPTY_NAMES.test(stem));
    expect(odd.map(({ path }) => path)).toEqual([]);
  });

  test('nothing writes to the console', () => {
    expect(wrong(sources, ({ members }) => members.filter(({ text }) => text.startsWith('console.')))).toEqual([]);
  });

  test('only main.ts ends the process', () => {
    const judged = sources.filter(({ path }) => path !== 'src/main.ts');
    expect(wrong(judged, ({ members }) => members.filter(({ text }) => text === 'process.exit'))).toEqual([]);
  });
});

describe('core and model', () => {
  const pure = sources.filter(({ path }) => /^src\/(core|model)\//.test(path));

  test('reach neither files nor the network', () => {
    const allowed = ['node:crypto'];
    expect(
      wrong(pure, ({ imports }) => imports.filter(({ text }) => isBuiltin(text) && !allowed.includes(text))),
    ).toEqual([]);
  });

  test('are told the time and chance, and never ask', () => {
    const asked = ['Date.now', 'Math.random', 'crypto.randomUUID', 'process.env'];
    expect(wrong(pure, ({ members }) => members.filter(({ text }) => asked.includes(text)))).toEqual([]);
  });
});

describe('the linter', () => {
  const later = 'export async function later(): Promise<void> {\n  await Promise.resolve();\n}\n';
  const caller = (call: string) =>
    `import { later } from './later.ts';\n\nexport async function run(): Promise<void> {\n  ${call}\n}\n`;

  /** Runs it, as the project sets it up, over two files of which one calls an async function of the other. */
  function lint(call: string): { readonly status: number | null; readonly output: string } {
    const folder = mkdtempSync(join(tmpdir(), 'muster-lint-'));
    try {
      cpSync(join(ROOT, 'biome.json'), join(folder, 'biome.json'));
      writeFileSync(join(folder, 'later.ts'), later);
      writeFileSync(join(folder, 'run.ts'), caller(call));
      const { status, stdout, stderr } = spawnSync(join(ROOT, 'node_modules/.bin/biome'), ['lint', '.'], {
        cwd: folder,
        encoding: 'utf8',
      });
      return { status, output: stdout + stderr };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  test('refuses a promise that nobody waits for', () => {
    const { status, output } = lint('later();');
    expect(output).toContain('noFloatingPromises');
    expect(status).not.toBe(0);
  });

  test('accepts one that is awaited', () => {
    const { status, output } = lint('await later();');
    expect(output).not.toContain('noFloatingPromises');
    expect(status).toBe(0);
  });
});
