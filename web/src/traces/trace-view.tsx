export function TraceView(_: { trace: string }) {
  return <h1>TraceView</h1>;
}
