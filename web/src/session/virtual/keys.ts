// The keys of a grid (ARIA Authoring Practices: Grid Pattern).

/** A cell: its row, and its place among the columns that are shown. */
export interface Cell {
  row: number;
  column: number;
}

/** Whether a key presses the button that has the focus: a grid around it leaves it alone. */
export function pressesButton({ key }: { key: string }): boolean {
  return key === "Enter" || key === " ";
}

/** Where a key leads from a cell; `undefined` for keys that lead nowhere. */
export function cellAfter(
  key: { key: string; ctrlKey: boolean; altKey: boolean; metaKey: boolean },
  from: Cell,
  grid: { rows: number; columns: number; page: number },
): Cell | undefined {
  if (key.altKey || key.metaKey || grid.rows === 0) {
    return undefined;
  }
  const { row, column } = from;
  const to = (row: number, column: number): Cell => ({
    row: Math.min(Math.max(0, row), grid.rows - 1),
    column: Math.min(Math.max(0, column), grid.columns - 1),
  });
  if (key.ctrlKey) {
    switch (key.key) {
      case "Home":
        return to(0, 0);
      case "End":
        return to(grid.rows - 1, grid.columns - 1);
      case "ArrowUp":
        return to(0, column);
      case "ArrowDown":
        return to(grid.rows - 1, column);
      default:
        return undefined;
    }
  }
  switch (key.key) {
    case "ArrowUp":
      return to(row - 1, column);
    case "ArrowDown":
      return to(row + 1, column);
    case "ArrowLeft":
      return to(row, column - 1);
    case "ArrowRight":
      return to(row, column + 1);
    case "PageUp":
      return to(row - grid.page, column);
    case "PageDown":
      return to(row + grid.page, column);
    case "Home":
      return to(row, 0);
    case "End":
      return to(row, grid.columns - 1);
    default:
      return undefined;
  }
}
