// The table of operations, and the one that is open.

import type { Operation } from "@smbreplay/sdk";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { server } from "../../client";
import { grouped, instant } from "../../figures";
import { Trouble } from "../../parts/trouble";
import { Waiting } from "../../parts/waiting";
import { go } from "../../route";
import { useAbout } from "../about";
import { changed, type SessionRoute } from "../changed";
import { OperationPanel } from "../operation/operation-panel";
import { NEEDED } from "../operation-row";
import { usePages } from "../pages/use-pages";
import { Grid, type GridHandle } from "../virtual/grid";
import type { Cell } from "../virtual/keys";
import { CellMenu, type OpenCell } from "./cell-menu";
import { useChosenColumns } from "./chosen-columns";
import { ColumnMenu } from "./column-menu";
import { columnsOf } from "./columns";
import { GoTo } from "./go-to";
import { placeOfOperation } from "./place";

export function OperationsTab({ route }: { route: SessionRoute }) {
  const about = useAbout();
  const { filter, op } = route;
  const columns = useMemo(() => columnsOf(about.start), [about]);
  const { shown, toggle, reset } = useChosenColumns(columns);
  const fields = useMemo(
    () => [...new Set([...NEEDED, ...shown.flatMap(({ fields = [] }) => fields)])].sort().join(","),
    [shown],
  );
  const ask = useCallback(
    async (offset: number, limit: number, signal: AbortSignal) => {
      const query = { capture_path: about.trace, filter: filter ?? null, fields, offset, limit };
      const { operations, total } = await server().searchOperations(about.name, query, { signal });
      return { rows: operations.map(lean), total };
    },
    [about, filter, fields],
  );
  const pages = usePages<Operation>(ask, JSON.stringify([about.trace, about.name, filter]), fields);
  const grid = useRef<GridHandle>(null);
  const [menu, setMenu] = useState<OpenCell>();
  const [chosen, setChosen] = useState<number>();
  // What the chosen row was found by: with another filter the same operation stands in another row.
  const chosenBy = useRef<{ op: number; filter: string | undefined }>(undefined);
  const total = pages.total ?? 0;
  const goingTo = useRef<AbortController>(undefined);
  // A late answer would take the reader away from what was turned to since: another view, filter or operation.
  useLayoutEffect(() => () => goingTo.current?.abort(), [filter, op]);

  const open = (index: number) => {
    goingTo.current?.abort();
    const found = pages.row(index)?.op;
    if (found !== undefined) {
      setChosen(index);
      chosenBy.current = { op: found, filter };
      go(changed(route, { op: found }), route.op === undefined ? "push" : "replace");
    }
  };
  const close = useCallback(() => {
    goingTo.current?.abort();
    go(changed(route, { op: undefined }), "replace");
    if (chosen !== undefined) {
      grid.current?.goTo(chosen, true);
    }
  }, [route, chosen]);

  // An operation that the address names is looked up, unless it was chosen in the table.
  useEffect(() => {
    if (op === undefined) {
      setChosen(undefined);
      chosenBy.current = undefined;
      return undefined;
    }
    const giveUp = new AbortController();
    const isKnown = chosenBy.current?.op === op && chosenBy.current.filter === filter;
    if (!isKnown) {
      setChosen(undefined);
    }
    placeOfOperation(about, op, filter, giveUp.signal).then(
      ({ index, matches }) => {
        if (giveUp.signal.aborted) {
          return;
        }
        chosenBy.current = { op, filter };
        setChosen(matches ? index : undefined);
        if (!isKnown) {
          grid.current?.goTo(index);
        }
      },
      // The table says what is wrong with the question.
      () => {
        if (!giveUp.signal.aborted) {
          chosenBy.current = undefined;
          setChosen(undefined);
        }
      },
    );
    return () => giveUp.abort();
  }, [about, op, filter]);

  const rowsSeen = useRef<(first: number, end: number) => void>(pages.see);
  rowsSeen.current = pages.see;
  const onSeen = useCallback((first: number, end: number) => rowsSeen.current(first, end), []);
  const neighbour = (step: number) => {
    if (chosen === undefined) {
      return undefined;
    }
    const index = chosen + step;
    return index >= 0 && index < total ? () => goToRow(index) : undefined;
  };
  const goToRow = (index: number) => {
    goingTo.current?.abort();
    grid.current?.goTo(index);
    const openRow = (found: Operation | undefined) => {
      if (found?.op !== undefined) {
        setChosen(index);
        chosenBy.current = { op: found.op, filter };
        go(changed(route, { op: found.op }), "replace");
      }
    };
    const found = pages.row(index);
    if (found) {
      openRow(found);
    } else {
      const giveUp = new AbortController();
      goingTo.current = giveUp;
      ask(index, 1, giveUp.signal).then(
        ({ rows }) => {
          if (!giveUp.signal.aborted) {
            openRow(rows[0]);
          }
        },
        // The table asks for the same row, and says what is wrong.
        () => undefined,
      );
    }
  };
  const openMenu = ({ row, column }: Cell, at: DOMRect) => {
    const value = pages.row(row);
    const one = shown[column];
    if (value && one) {
      setMenu({ row: value, column: one, at });
    }
  };
  const closeMenu = useCallback(() => setMenu(undefined), []);

  return (
    <div class="operations">
      <div class="row operations-head">
        <p role="status">
          {pages.total === undefined
            ? ""
            : filter
              ? `${grouped(total)} of ${grouped(about.session.operation_count)} operations match.`
              : `${grouped(total)} operations.`}
        </p>
        <GoTo filter={filter} goTo={(row) => grid.current?.goTo(row, true)} />
        <ColumnMenu columns={columns} shown={shown} toggle={toggle} reset={reset} />
      </div>
      {pages.error ? <Trouble error={pages.error} again={pages.again} /> : null}
      {pages.total === undefined && !pages.error ? <Waiting what="Reading operations" /> : null}
      {pages.total === 0 && !pages.error ? (
        <p>{filter ? "No operation matches the filter." : "This session has no operations."}</p>
      ) : null}
      <div class={op === undefined ? "with-panel" : "with-panel open"}>
        <Grid
          label="Operations"
          columns={shown}
          rows={total}
          row={pages.row}
          onSeen={onSeen}
          onOpen={open}
          onMenu={openMenu}
          chosen={op === undefined ? undefined : chosen}
          handle={grid}
        />
        {op === undefined ? null : (
          <OperationPanel route={route} op={op} close={close} before={neighbour(-1)} after={neighbour(1)} />
        )}
      </div>
      <p class="muted below">
        Times are seconds from the first packet of the trace, {instant(about.startText)} UTC. Enter opens an operation;
        Shift+F10 or ⋯ filters by a value.
      </p>
      {menu ? (
        <CellMenu
          cell={menu}
          filter={filter}
          close={closeMenu}
          apply={(filter) => go(changed(route, { filter, op: undefined }))}
        />
      ) : null}
    </div>
  );
}

/** What is said twice is not kept twice. */
function lean(row: Operation): Operation {
  return { ...row, Frame: "", Command: "", Path: "", Status: "", StatusDesc: "", Tree: "" };
}
