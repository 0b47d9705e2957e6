// The settings that can be changed here.

import type { Schema } from "@smbreplay/sdk";
import { grouped } from "../figures";

export type Config = Schema<"Config">;
export type ConfigChange = Schema<"ConfigChange">;

/** Keys with a field. */
export const KEYS = [
  "server_ip",
  "port",
  "domain",
  "username",
  "tree_name",
  "max_wait",
  "case_id",
  "verbosity_level",
] as const;
export type Key = (typeof KEYS)[number];

/** Keys that an error may be about. */
export type Faulty = Key | "password";

export interface Field {
  key: Key;
  title: string;
  hint: string;
  kind: "text" | "number";
  /** Of a number. */
  range?: { least: number; most: number; isWhole: boolean };
}

export const LAB: Field[] = [
  {
    key: "server_ip",
    title: "Server",
    hint: "Name or address of the lab server. Never a production server.",
    kind: "text",
  },
  {
    key: "port",
    title: "Port",
    hint: "Its SMB port, 445 as a rule.",
    kind: "number",
    range: { least: 1, most: 65_535, isWhole: true },
  },
  { key: "domain", title: "Domain", hint: "NTLM domain of the account. May be empty.", kind: "text" },
  { key: "username", title: "User", hint: "Account that replays log on with.", kind: "text" },
  { key: "tree_name", title: "Share", hint: "Name of the share alone, without the server.", kind: "text" },
  {
    key: "max_wait",
    title: "Longest wait, seconds",
    hint: "For connecting, and for an answer beyond its captured latency: 0.1 to 86,400.",
    kind: "number",
    range: { least: 0.1, most: 86_400, isWhole: false },
  },
];

export const PROGRAM: Field[] = [
  { key: "case_id", title: "Default case", hint: "Used when no case is named.", kind: "text" },
  {
    key: "verbosity_level",
    title: "Log level",
    hint: "0 warnings, 1 information, 2 debugging, 3 everything. It takes effect when the server is started again.",
    kind: "number",
    range: { least: 0, most: 3, isWhole: true },
  },
];

/** What is typed in the fields. */
export type Draft = Record<Key, string>;

export function draftOf(config: Config): Draft {
  return Object.fromEntries(KEYS.map((key) => [key, String(config[key])])) as Draft;
}

/** Keys whose field is not as stored. */
export function changedKeys(draft: Draft, config: Config): Key[] {
  return KEYS.filter((key) => draft[key].trim() !== String(config[key]));
}

/** The change to ask for; a number that is none, or out of its range, is told by its key. */
export function changeOf(draft: Draft, config: Config): ConfigChange | { faulty: Key; told: string } {
  const change: Record<string, string | number> = {};
  for (const { key, kind, range } of [...LAB, ...PROGRAM]) {
    if (!changedKeys(draft, config).includes(key)) {
      continue;
    }
    const text = draft[key].trim();
    if (kind === "number" && range && !isIn(text, range)) {
      const what = range.isWhole ? "a whole number" : "a number";
      return { faulty: key, told: `This has to be ${what} from ${grouped(range.least)} to ${grouped(range.most)}.` };
    }
    change[key] = kind === "number" ? Number(text) : text;
  }
  return change;
}

function isIn(text: string, { least, most, isWhole }: NonNullable<Field["range"]>): boolean {
  const number = Number(text);
  return /^\d+(\.\d+)?$/.test(text) && number >= least && number <= most && (!isWhole || Number.isInteger(number));
}
