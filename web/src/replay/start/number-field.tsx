// A number that may be left out.

/** An empty field says nothing: `placeholder` tells what holds then. */
export function NumberField({
  label,
  value,
  change,
  placeholder,
  hint,
  min = 0,
  step = 1,
}: {
  label: string;
  value: string;
  change: (value: string) => void;
  placeholder: string;
  hint?: string;
  min?: number;
  step?: number | "any";
}) {
  return (
    <label>
      {label}
      <input
        type="number"
        min={min}
        step={step}
        value={value}
        placeholder={placeholder}
        onInput={(event) => change(event.currentTarget.value)}
      />
      {hint ? <small class="muted">{hint}</small> : null}
    </label>
  );
}
