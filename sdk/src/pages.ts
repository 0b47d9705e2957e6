// Lists that come in pages.

/** Rows of a page, unless the query says how many. */
export const PAGE = 1_000;

/** A page of a list. */
export interface Page<Row> {
  operations: Row[];
  /** Where the next page begins; null where there is none. */
  next_cursor: string | null;
}

/** All rows of a list; a page is asked for when its first row is wanted. */
export async function* rows<Row>(
  page: (cursor: string | undefined) => Promise<Page<Row>>,
): AsyncGenerator<Row, void, undefined> {
  let cursor: string | undefined;
  do {
    const { operations, next_cursor } = await page(cursor);
    yield* operations;
    cursor = next_cursor ?? undefined;
  } while (cursor !== undefined);
}
