import { expect, test } from "vitest";
import { freeName } from "./file-name";

test("a name that nobody has stays", () => {
  expect(freeName("office.pcap", ["other.pcap"])).toBe("office.pcap");
});

test("a name that is taken is counted before its ending", () => {
  expect(freeName("office.pcap", ["OFFICE.pcap"])).toBe("office-2.pcap");
  expect(freeName("office.pcap.gz", ["office.pcap.gz", "office-2.pcap.gz"])).toBe("office-3.pcap.gz");
  expect(freeName("office-2.pcap", ["office-2.pcap"])).toBe("office-3.pcap");
  expect(freeName("capture", ["capture"])).toBe("capture-2");
});

test("what no system takes is replaced", () => {
  expect(freeName('a/b:"c".pcap', [])).toBe("a_b__c_.pcap");
  expect(freeName(" ..hidden.pcap. ", [])).toBe("hidden.pcap");
  expect(freeName("...", [])).toBe("capture.pcap");
  expect(freeName("left\u202eright.pcap", [])).toBe("left_right.pcap");
});

test("a long name is cut between letters, and keeps its ending", () => {
  const name = freeName(`${"ü".repeat(150)}.pcap.zst`, [`${"ü".repeat(95)}.pcap.zst`]);
  expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(200);
  expect(name).toMatch(/^ü+-2\.pcap\.zst$/);
});
