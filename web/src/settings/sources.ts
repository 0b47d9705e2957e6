// Where settings come from: the environment of the server is stronger than what is stored.

import { useAnswer } from "../answer";
import { server } from "../client";
import type { Faulty } from "./fields";

/** By key, the variable of the environment that sets it. */
export type Variables = Partial<Record<Faulty, string>>;

/** Asks for those of these keys. */
export function useVariables(keys: readonly Faulty[]): Variables {
  const asked = useAnswer(
    (signal) =>
      Promise.all(
        keys.map(async (key) => {
          const { source } = await server().getConfigValue(key === "password" ? "password_set" : key, { signal });
          return [key, /^environment \((.+)\)$/.exec(source)?.[1]] as const;
        }),
      ),
    [keys],
  );
  return Object.fromEntries((asked.value ?? []).filter(([, variable]) => variable !== undefined));
}
