import { printable } from '../terminal/printable.ts';

/** Lines of aligned columns; the last column is not padded. What cannot be seen is escaped first, because that takes room. */
export function table(texts: readonly (readonly string[])[]): readonly string[] {
  const rows = texts.map((row) => row.map(printable));
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
