// Turns the pages of a list.

import { grouped } from "../../figures";

/** `from` is the first row of this page, which has `rows`; a whole page has `page`. */
export function Pager({
  from,
  rows,
  page,
  total,
  turn,
}: {
  from: number;
  rows: number;
  page: number;
  total: number;
  turn: (from: number) => void;
}) {
  const last = Math.max(0, Math.floor((total - 1) / page) * page);
  return (
    <div class="row pager">
      <span role="status">
        {total === 0 || rows === 0 ? "none" : `${grouped(from + 1)} to ${grouped(from + rows)}`} of {grouped(total)}
      </span>
      {total > page ? (
        <>
          <button type="button" disabled={from === 0} onClick={() => turn(0)}>
            First
          </button>
          <button type="button" disabled={from === 0} onClick={() => turn(Math.max(0, from - page))}>
            Previous
          </button>
          <button type="button" disabled={from + rows >= total} onClick={() => turn(from + page)}>
            Next
          </button>
          <button type="button" disabled={from >= last} onClick={() => turn(last)}>
            Last
          </button>
          <form
            class="row"
            onSubmit={(event) => {
              event.preventDefault();
              const wanted = Number(new FormData(event.currentTarget).get("page"));
              turn(Math.min(last, Math.max(0, (wanted - 1) * page)));
            }}
          >
            <label class="labelled">
              Page
              <input
                key={from}
                name="page"
                type="number"
                min={1}
                max={last / page + 1}
                required
                defaultValue={String(Math.floor(from / page) + 1)}
              />
            </label>
            <span class="muted">of {grouped(last / page + 1)}</span>
            <button type="submit">Go</button>
          </form>
        </>
      ) : null}
    </div>
  );
}
