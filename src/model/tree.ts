/** The located tree: what a text says, as plain texts, lists and fields, each with its place; knows nothing of YAML. */

/** A place in one file; lines and columns count from 1, columns in UTF-16 units. */
export interface Spot {
  readonly line: number;
  readonly column: number;
}

/** Something wrong at a place, in words for the author; the file is added by whoever knows it. */
export interface Problem extends Spot {
  readonly message: string;
  /** The corrected line, whole; absent where only the author can know it. */
  readonly fix?: string;
}

/** Why a node may not stand, whatever its field: an alias, a tag, a text over several lines. */
export interface NodeFault extends Problem {
  /** The corrected line where the field is no free text, so that quotes would not help. */
  readonly bareFix?: string;
}

interface Located extends Spot {
  readonly fault?: NodeFault;
}

export interface TextNode extends Located {
  readonly kind: 'text';
  readonly text: string;
  readonly style: 'plain' | 'quoted' | 'empty';
  /** Column just after the value on its line: what a corrected line replaces ends here. */
  readonly end: number;
  /** A `#` remark follows on the same line. */
  readonly remark: boolean;
}

export interface ListNode extends Located {
  readonly kind: 'list';
  readonly items: readonly TreeNode[];
}

export interface Field extends Spot {
  readonly name: string;
  readonly value: TreeNode;
}

export interface FieldsNode extends Located {
  readonly kind: 'fields';
  readonly fields: readonly Field[];
}

export type TreeNode = TextNode | ListNode | FieldsNode;

export interface Tree {
  /** Null: the file says nothing (empty, or remarks only). */
  readonly root: TreeNode | null;
  /** The text, line by line, for corrected lines. */
  readonly lines: readonly string[];
}

/** The line at a place with the value from its column to `end` replaced. */
export function lineWith(tree: Tree, spot: Spot & { readonly end: number }, value: string): string {
  const line = tree.lines[spot.line - 1] ?? '';
  return line.slice(0, spot.column - 1) + value + line.slice(spot.end - 1);
}
