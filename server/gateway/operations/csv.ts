/** Lines of CSV, for downloads. */

type Cell = string | number | null;

/**
 * Characters that make Excel, LibreOffice and Google Sheets take a cell for a formula, also after a tab or a line
 * break.
 */
const FORMULA_START = /^[\s\uFEFF]*[=+\-@\t\r\n|%＝＋－＠]/;

/** A line of CSV (RFC 4180). Text that a spreadsheet would run as a formula stays text. */
export function toCsvLine(cells: readonly Cell[]): string {
  return `${cells.map(toCell).join(',')}\r\n`;
}

function toCell(cell: Cell): string {
  if (cell === null) return '';
  // Numbers are not user input, and a negative one must stay a number.
  if (typeof cell === 'number') return String(cell);
  const text = FORMULA_START.test(cell) ? `'${cell}` : cell;
  return /[",\r\n']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
