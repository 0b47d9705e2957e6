// Paths of the server, which may be one of Windows.

/** The last part of a path. */
export function baseName(path: string): string {
  return path.split(/[\\/]/).pop() || path;
}
