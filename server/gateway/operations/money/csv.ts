/** Lines of CSV (RFC 4180) that a spreadsheet reads as they are: what would begin a formula there is text here. */

type Cell = string | number | null;

/**
 * Characters that make Excel, LibreOffice and Google Sheets take a cell for a formula, also after a tab or a line
 * break.
 */
const FORMULA_START = /^[\s\uFEFF]*[=+\-@\t\r\n|%＝＋－＠]/;

export function toCsvLine(cells: readonly Cell[]): string {
  return `${cells.map(toCell).join(',')}\r\n`;
}

function toCell(cell: Cell): string {
  if (cell === null) return '';
  // Numbers are ours, and a negative one is to stay a number.
  if (typeof cell === 'number') return String(cell);
  const text = FORMULA_START.test(cell) ? `'${cell}` : cell;
  return /[",\r\n']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
