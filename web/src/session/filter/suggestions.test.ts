import { describe, expect, it } from "vitest";
import { type Listing, suggest, taken } from "./suggestions";

const COMPARISONS = ["==", "!=", "===", "!==", "<", "<=", ">", ">=", "in", "not in"];
const LISTING: Listing = {
  fields: [
    {
      name: "command",
      column: "command",
      columns: ["command"],
      kind: "number",
      description: "Command",
      values: ["CREATE", "CLOSE", "Tree Connect"],
    },
    { name: "path", column: "path", columns: ["path"], kind: "text", description: "name of the file", values: [] },
    {
      name: "smb2.cmd",
      column: "command",
      columns: ["command"],
      kind: "number",
      description: "Command",
      values: ["CREATE"],
    },
  ],
  kinds: [
    { kind: "number", form: "a number (5)", operators: COMPARISONS },
    { kind: "text", form: 'text ("a")', operators: [...COMPARISONS, "contains", "matches"] },
  ],
  operators: [...COMPARISONS, "contains", "matches", "&"],
  joiners: ["&&", "||", "^^", "!"],
  functions: ["upper", "lower", "len"],
};
const at = (text: string, caret = text.length) => suggest(text, caret, LISTING);
const texts = (text: string, caret?: number) => at(text, caret).items.map((item) => item.text);

describe("suggestions", () => {
  it("are fields where one begins", () => {
    expect(texts("")).toEqual(["command", "path", "smb2.cmd"]);
    expect(texts("cmd")).toEqual(["smb2.cmd"]);
    expect(texts("command == CREATE && pa")).toEqual(["path"]);
    expect(texts("!(com")).toEqual(["command"]);
  });

  it("are operators of the field's kind behind it", () => {
    expect(texts("path con")).toEqual(["contains"]);
    expect(texts("command con")).toEqual([]);
    expect(texts("command !")).toEqual(["!=", "!=="]);
  });

  it("are values of the field behind an operator, quoted if need be", () => {
    expect(texts("command == ")).toEqual(["CREATE", "CLOSE", '"Tree Connect"']);
    expect(texts("command == cl")).toEqual(["CLOSE"]);
    expect(texts('command == "tr')).toEqual(['"Tree Connect"']);
    expect(texts("command in {CREATE, cl")).toEqual(["CLOSE"]);
    expect(at("path == ").form).toBe('Here goes text ("a").');
  });

  it("join conditions behind a value", () => {
    expect(texts('path == "a b" ')).toEqual(["&&", "||", "^^"]);
  });

  it("take the place of the word at the caret", () => {
    const text = "comm == CREATE";
    expect(taken(text, at(text, 3), { text: "command", note: "" })).toEqual({ text: "command == CREATE", caret: 7 });
    expect(taken("pa", at("pa"), { text: "path", note: "" })).toEqual({ text: "path ", caret: 5 });
  });
});
