/**
 * Columns that what is printed should fit: those of the terminal; elsewhere, those that the
 * variable `COLUMNS` asks for, as a pager's user does.
 *
 * @returns nothing when any width will do
 */
export function terminalWidth(): number | undefined {
  const { isTTY, columns } = process.stdout;
  if (isTTY) return columns;
  const { COLUMNS = "" } = process.env;
  return /^[1-9]\d{0,3}$/.test(COLUMNS) ? Number(COLUMNS) : undefined;
}
