export function TracesView(_: { case: string | undefined }) {
  return <h1>TracesView</h1>;
}
