// A table of figures.

import type { ComponentChildren } from "preact";

export interface Head {
  title: string;
  isNumber?: boolean;
}

/** The first cell of a row is its head. */
export function FiguresTable({
  title,
  about,
  heads,
  rows,
}: {
  title: string;
  about?: ComponentChildren;
  heads: Head[];
  rows: { key: string; cells: ComponentChildren[] }[];
}) {
  return (
    <section>
      <h2>{title}</h2>
      {about ? <div class="muted">{about}</div> : null}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it is scrolled with keys. */}
      <section class="wide" tabIndex={0} aria-label={title}>
        <table aria-label={title}>
          <thead>
            <tr>
              {heads.map(({ title, isNumber }) => (
                <th key={title} scope="col" class={isNumber ? "number" : undefined}>
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ key, cells }) => (
              <tr key={key}>
                {cells.map((cell, place) =>
                  place === 0 ? (
                    <th key={heads[place]?.title} scope="row" class={heads[place]?.isNumber ? "number" : undefined}>
                      {cell}
                    </th>
                  ) : (
                    <td key={heads[place]?.title} class={heads[place]?.isNumber ? "number" : undefined}>
                      {cell}
                    </td>
                  ),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

/** Nothing is shown paler. */
export function Figure({ value, isBad, text }: { value: number; isBad?: boolean; text: string }) {
  return <span class={value === 0 ? "muted" : isBad ? "bad" : undefined}>{text}</span>;
}
