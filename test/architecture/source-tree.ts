/** The project's TypeScript as its own compiler parses it: what each file imports, defines and uses. */
import { dirname, join, normalize, relative, resolve } from 'node:path';
import {
  isArrowFunction,
  isCallExpression,
  isExportAssignment,
  isExportDeclaration,
  isFunctionLikeDeclaration,
  isIdentifier,
  isImportDeclaration,
  isNoSubstitutionTemplateLiteral,
  isPropertyAccessExpression,
  isStringLiteral,
  isTemplateExpression,
  isVariableDeclaration,
  type Node,
  type SourceFile as Parsed,
  SyntaxKind,
} from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';

export const ROOT = resolve(import.meta.dirname, '../..');

/** Something found in a file, with its line counted from 1. */
export interface Found {
  readonly text: string;
  readonly line: number;
}

export interface FunctionSpan {
  readonly name: string;
  readonly line: number;
  /** From its first line to its last, documentation left out. */
  readonly lines: number;
}

export interface SourceFile {
  /** From the root of the project, with slashes. */
  readonly path: string;
  readonly lines: number;
  /** The file begins with a documentation comment. */
  readonly hasHeader: boolean;
  /** What stands in `from '…'` and `import('…')`; relative ones as paths from the root. */
  readonly imports: readonly Found[];
  readonly functions: readonly FunctionSpan[];
  readonly defaultExports: readonly Found[];
  /** `object.member` wherever both are plain names. */
  readonly members: readonly Found[];
  /** First arguments of `describe`, `test` and what hangs on them, as far as they are written out. */
  readonly testTitles: readonly Found[];
}

/** Every TypeScript file of src, test and script. */
export function readSourceTree(): readonly SourceFile[] {
  const api = new API({ cwd: ROOT });
  try {
    const [project] = api.updateSnapshot({ openProjects: [join(ROOT, 'tsconfig.json')] }).getProjects();
    if (project === undefined) throw new Error('The compiler found no project in tsconfig.json.');
    return project.rootFiles.map((path) => {
      const parsed = project.program.getSourceFile(path);
      if (parsed === undefined) throw new Error(`The compiler did not parse ${path}.`);
      return factsOf(relative(ROOT, path), parsed);
    });
  } finally {
    api.close();
  }
}

function factsOf(path: string, parsed: Parsed): SourceFile {
  const imports: Found[] = [];
  const functions: FunctionSpan[] = [];
  const defaultExports: Found[] = [];
  const members: Found[] = [];
  const testTitles: Found[] = [];
  const lineOf = (position: number) => parsed.getLineAndCharacterOfPosition(position).line + 1;
  const found = (node: Node, text: string): Found => ({ text, line: lineOf(node.getStart(parsed)) });

  const visit = (node: Node): undefined => {
    const module = moduleOf(node);
    if (module !== undefined)
      imports.push(found(node, module.startsWith('.') ? normalize(join(dirname(path), module)) : module));
    if (isExportAssignment(node) || node.kind === SyntaxKind.DefaultKeyword) {
      if (node.parent.kind !== SyntaxKind.DefaultClause) defaultExports.push(found(node, 'default export'));
    }
    if (isFunctionLikeDeclaration(node)) {
      const line = lineOf(node.getStart(parsed));
      functions.push({ name: nameOf(node), line, lines: lineOf(node.getEnd()) - line + 1 });
    }
    if (isPropertyAccessExpression(node) && isIdentifier(node.expression) && isIdentifier(node.name)) {
      members.push(found(node, `${node.expression.text}.${node.name.text}`));
    }
    const title = testTitleOf(node);
    if (title !== undefined) testTitles.push(found(node, title));
    node.forEachChild(visit);
  };
  parsed.forEachChild(visit);
  const lines = parsed.text.split('\n').length - (parsed.text.endsWith('\n') ? 1 : 0);
  const hasHeader = /^(#!.*\n)?\/\*\* ?\S|^(#!.*\n)?\/\*\*\n/.test(parsed.text);
  return { path, lines, hasHeader, imports, functions, defaultExports, members, testTitles };
}

/** The module that an import, a re-export or a call of `import()` names. */
function moduleOf(node: Node): string | undefined {
  if (isImportDeclaration(node) || isExportDeclaration(node)) {
    return node.moduleSpecifier !== undefined && isStringLiteral(node.moduleSpecifier)
      ? node.moduleSpecifier.text
      : undefined;
  }
  if (!isCallExpression(node) || node.expression.kind !== SyntaxKind.ImportKeyword) return undefined;
  const [argument] = node.arguments;
  return argument !== undefined && isStringLiteral(argument) ? argument.text : undefined;
}

function nameOf(node: Node): string {
  if ('name' in node && node.name !== undefined) {
    const name = node.name as Node;
    if (isIdentifier(name)) return name.text;
  }
  if (isVariableDeclaration(node.parent) && isIdentifier(node.parent.name)) return node.parent.name.text;
  return isArrowFunction(node) ? 'an arrow function' : 'a function without a name';
}

const TEST_FUNCTIONS: ReadonlySet<string> = new Set(['describe', 'test', 'it']);

function testTitleOf(node: Node): string | undefined {
  if (!isCallExpression(node) || !TEST_FUNCTIONS.has(rootOf(node.expression))) return undefined;
  const [title] = node.arguments;
  if (title === undefined) return undefined;
  if (isStringLiteral(title) || isNoSubstitutionTemplateLiteral(title)) return title.text;
  return isTemplateExpression(title) ? title.head.text : undefined;
}

/** `test` for `test`, `test.each`, `test.each(rows)` and the like. */
function rootOf(node: Node): string {
  if (isIdentifier(node)) return node.text;
  if (isPropertyAccessExpression(node) || isCallExpression(node)) return rootOf(node.expression);
  return '';
}
