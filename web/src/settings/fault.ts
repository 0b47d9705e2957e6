// Which field an answer is about.

import { APIError } from "@smbreplay/sdk";
import { type Faulty, KEYS } from "./fields";

/** The field that an error is told at; undefined when it is about none of them. */
export function faultyField(error: Error): Faulty | undefined {
  if (!(error instanceof APIError)) {
    return undefined;
  }
  if (error.code === "password_required") {
    return "password";
  }
  // `bad value … for 'port' (…)`; `Failed to deserialize …: port: invalid value …`; `server_ip is longer than …`
  const [, quoted] = / for '(\w+)' \(/.exec(error.message) ?? [];
  const named = quoted ?? /(?:^|: )(\w+)(?:: | is longer than )/.exec(error.message)?.[1];
  const [, refused] = /: (\w+) cannot be changed over HTTP/.exec(error.message) ?? [];
  const found = refused ?? named;
  return ([...KEYS, "password"] as const).find((key) => key === found);
}
