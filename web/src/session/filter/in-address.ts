// Filters that are sent in an address. The server takes filters of 16 KiB, but the head of a request has to fit into 32 KiB.

/** Leaves room for the headers, and for signs that addresses write with three characters and `encodeURIComponent` with one. */
const MOST = 10 * 1024;

/** Whether it may not fit. The table is not concerned: it sends its filter in the body. */
export function isTooLongForAddress(filter: string): boolean {
  // `encodeURIComponent` throws on half a surrogate pair; addresses write U+FFFD instead.
  return encodeURIComponent(filter.replace(/\p{Surrogate}/gu, "\ufffd")).length > MOST;
}
