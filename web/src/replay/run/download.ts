// Hands a file to the browser. It was fetched with the key, which a plain link would not send.

/** Saves something under this name. */
export function save(content: Blob | string, name: string, type: string): void {
  const blob = typeof content === "string" ? new Blob([content], { type }) : content;
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has to have begun before the address is given back.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
