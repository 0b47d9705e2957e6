import { expect, test } from "vitest";
import { emptyPlan, execution, validation, withoutPasswords } from "./plan";

test("a form in which nothing is said sends nothing but the defaults of the page", () => {
  expect(execution(emptyPlan([]), "a.pcap")).toEqual({
    capture_path: "a.pcap",
    map_share: [],
    map_path: [],
    map_sid: [],
    map_user: [],
    ignore: [],
    compare: [],
    baseline: [],
    enable_ping: true,
    validate_first: false,
  });
});

test("rules are those of the command line; an empty row is none, and half of one is sent", () => {
  const plan = {
    ...emptyPlan([]),
    shares: [
      { id: 1, a: "Finance", b: "testshare" },
      { id: 2, a: "", b: "" },
      { id: 3, a: "Old", b: "" },
    ],
    users: [{ id: 4, a: "DOM\\ann", b: "lab", password: "a%b=c" }],
    ignore: "CREATE.oplock_granted\n# a remark\n\n  data@logs\\*  ",
    pace: "factor" as const,
    factor: "0.5",
    port: "4450",
  };
  expect(execution(plan, "a.pcap")).toMatchObject({
    map_share: ["Finance=testshare", "Old="],
    map_user: ["DOM\\ann=lab%a%b=c"],
    ignore: ["CREATE.oplock_granted", "data@logs\\*"],
    pace: "0.5x",
    port: 4450,
  });
  expect(validation(plan, "a.pcap")).not.toHaveProperty("pace");
});

test("once the replay has started the form has no password", () => {
  const plan = { ...emptyPlan([]), password: "secret", users: [{ id: 1, a: "a", b: "b", password: "secret" }] };
  expect(JSON.stringify(withoutPasswords(plan))).not.toContain("secret");
});
