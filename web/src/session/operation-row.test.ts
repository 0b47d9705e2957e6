import type { Operation } from "@smbreplay/sdk";
import { expect, it } from "vitest";
import { chainMark, commandOf, phraseOf, placeOf, statusOf } from "./operation-row";

const row = (members: Partial<Operation>): Operation => ({
  Frame: "",
  Command: "",
  Path: "",
  Status: "",
  StatusDesc: "",
  Tree: "",
  ...members,
});

it("brackets members of a chain and not single requests", () => {
  const chains = [7, 8, 8, 8, 9].map((request_chain, place) =>
    row({ request_chain, compound_index: place >= 1 && place <= 3 ? place - 1 : 0 }),
  );
  expect(chains.map((one, place) => chainMark(one, chains[place + 1]))).toEqual(["", "┌", "│", "└", ""]);
});

it("says that a request had to wait", () => {
  const waited = row({
    detail: "all changes",
    interim_frame: 12,
    request_time: "2026-01-01T00:00:00.001000000Z",
    interim_time: "2026-01-01T00:00:00.002500000Z",
  });
  expect(phraseOf(waited)).toBe("all changes, pending in frame 12 after 1.50 ms");
});

it("tells the root of a share from a path that is not known", () => {
  expect([
    placeOf(row({ path: "" })),
    placeOf(row({ path: null })),
    placeOf(row({ path: "a", new_path: "b" })),
  ]).toEqual(["\\", "", "a → b"]);
});

it("classes statuses by their severity", () => {
  expect(statusOf(row({ status: "0xc0000022", status_name: "STATUS_ACCESS_DENIED" }))).toEqual({
    text: "ACCESS_DENIED",
    outcome: "error",
  });
  expect(statusOf(row({ status: "0x80000006", status_name: "STATUS_NO_MORE_FILES" })).outcome).toBe("warning");
  expect(statusOf(row({ status: "0xc0000016" })).outcome).toBe("success");
  expect(statusOf(row({ kind: "request" })).text).toBe("no response");
  expect(commandOf(row({ kind: "notification", command: "OPLOCK_BREAK" }))).toBe("OPLOCK_BREAK notification");
});
