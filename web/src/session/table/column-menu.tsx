// The button that opens the list of columns.

import { useCallback, useState } from "preact/hooks";
import { Menu } from "../../parts/menu";
import type { OperationColumn } from "./columns";

export function ColumnMenu({
  columns,
  shown,
  toggle,
  reset,
}: {
  columns: OperationColumn[];
  shown: OperationColumn[];
  toggle: (key: string) => void;
  reset: () => void;
}) {
  const [at, setAt] = useState<DOMRect>();
  const close = useCallback(() => setAt(undefined), []);
  return (
    <>
      <button
        type="button"
        aria-haspopup="menu"
        aria-expanded={at !== undefined}
        onClick={(event) => setAt(event.currentTarget.getBoundingClientRect())}
      >
        Columns
      </button>
      {at ? (
        <Menu
          label="Columns"
          at={at}
          close={close}
          items={[
            ...columns.map((column) => ({
              title: column.name,
              checked: shown.includes(column),
              choose: () => toggle(column.key),
            })),
            { title: "As at the beginning", choose: reset },
          ]}
        />
      ) : null}
    </>
  );
}
