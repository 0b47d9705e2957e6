// What takes a while.

/** Shown until an answer is there. */
export function Waiting({ what = "Loading" }: { what?: string }) {
  return (
    <p class="waiting" role="status">
      {what} …
    </p>
  );
}

/** How far work is; without a known end it only shows that something goes on. */
export function Meter({ label, done, total, text }: { label: string; done: number; total: number; text?: string }) {
  return (
    <div class="meter">
      <progress aria-label={label} {...(total > 0 ? { value: Math.min(done, total), max: total } : {})} />
      {text ? <span class="muted">{text}</span> : null}
    </div>
  );
}
