export function ComparisonView(_: { trace: string; run: string; other: string }) {
  return <h1>ComparisonView</h1>;
}
