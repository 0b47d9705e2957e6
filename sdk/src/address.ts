// Addresses of the API.

/** A value behind `?`. */
export type QueryValue = string | number | boolean | readonly string[] | null | undefined;

/** What stands behind `?`; what is null or undefined is left out, and of an array the values stand with commas between. */
export function queryOf(values: object): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values) as [string, QueryValue][]) {
    if (value !== undefined && value !== null) {
      query.append(name, Array.isArray(value) ? value.join(",") : String(value));
    }
  }
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

/** A path of the API: `` path`/api/jobs/${id}` ``. Values are escaped. */
export function path(parts: TemplateStringsArray, ...values: (string | number)[]): string {
  return parts.reduce((before, part, index) => `${before}${segment(values[index - 1] ?? "")}${part}`);
}

/** One component of a path. An address with `.` or `..` would be another one, also when they are escaped. */
function segment(value: string | number): string {
  const text = String(value);
  if (text === "" || text === "." || text === "..") {
    throw new RangeError(`"${text}" names nothing`);
  }
  return encodeURIComponent(text);
}
