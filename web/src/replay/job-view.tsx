export function JobView(_: { job: string }) {
  return <h1>JobView</h1>;
}
