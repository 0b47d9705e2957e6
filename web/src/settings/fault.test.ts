import { APIError } from "@smbreplay/sdk";
import { expect, test } from "vitest";
import { faultyField } from "./fault";

function field(message: string, code: APIError["code"] = "invalid_value") {
  return faultyField(new APIError(message, { status: 422, ...(code === undefined ? {} : { code }) }));
}

test("an error is told at its field", () => {
  expect(field("bad value \"a/b\" for 'tree_name' (given): must be a share name")).toBe("tree_name");
  expect(field("Failed to deserialize the JSON body into the target type: port: invalid value: integer `…`")).toBe(
    "port",
  );
  expect(field("server_ip is longer than 4096 bytes")).toBe("server_ip");
  expect(field("the password comes from X: server_ip cannot be changed over HTTP", "read_only")).toBe("server_ip");
  expect(field("port changes only together with password", "password_required")).toBe("password");
});

test("what a value says names no field", () => {
  expect(field("bad value \"port: x\" for 'domain' (given): must be text")).toBe("domain");
  expect(field("the body is too large", "too_large")).toBeUndefined();
  expect(faultyField(new Error("port: down"))).toBeUndefined();
});
