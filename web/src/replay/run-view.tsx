export function RunView(_: { trace: string; run: string }) {
  return <h1>RunView</h1>;
}
