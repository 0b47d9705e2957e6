export function ReplayView(_: { trace: string; session: string | undefined }) {
  return <h1>ReplayView</h1>;
}
