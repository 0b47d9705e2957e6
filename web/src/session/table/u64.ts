// Numbers of 64 bits. A number of JavaScript holds 53 of them, and the offset of a WRITE that appends has all 64 set.

const GROUPED = new Intl.NumberFormat("en-US");

/** What is said of a number that JSON could not carry whole. */
export const ROUNDED = "more than 2^53, rounded";

/** Whether it is what the server sent, to the last digit. */
export function isExact(value: number): boolean {
  return Number.isSafeInteger(value);
}

/** `0xffffffffffffffff` as `18,446,744,073,709,551,615`; what is no number stays as it is. */
export function groupedId(text: string): string {
  return /^(0x[0-9a-f]+|\d+)$/i.test(text) ? GROUPED.format(BigInt(text)) : text;
}
