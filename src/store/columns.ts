/** Columns as the steps of the schema make them. */
import type { ColumnDefinitionBuilder } from 'kysely';

export function required(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.notNull();
}

export function primary(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.notNull().primaryKey();
}
