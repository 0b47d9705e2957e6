// Parts of a view, one of which is shown. They are links: each has an address.

/** `shown` is the one that is shown. */
export function Tabs<T extends string>({
  label,
  tabs,
  shown,
}: {
  label: string;
  tabs: { name: T; title: string; href: string }[];
  shown: T;
}) {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(({ name, title, href }) => (
        <a key={name} href={href} aria-current={name === shown ? "page" : undefined}>
          {title}
        </a>
      ))}
    </nav>
  );
}
