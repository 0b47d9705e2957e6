// Everything that is said of a replay before it starts, as its form has it, and the request that says so.

import type { Body } from "@smbreplay/sdk";

/** A captured name and the live one. `id` tells rows apart while they are edited. */
export interface Pair {
  id: number;
  a: string;
  b: string;
}

/** A captured user and who logs on in his place. */
export interface UserPair extends Pair {
  password: string;
}

/** The form. Texts are as typed; an empty one says nothing. */
export interface Plan {
  /** File names of the sessions. */
  sessions: ReadonlySet<string>;
  server: string;
  port: string;
  domain: string;
  username: string;
  password: string;
  share: string;
  root: string;
  clones: string;
  shares: Pair[];
  paths: Pair[];
  users: UserPair[];
  sids: Pair[];
  pace: "" | "original" | "factor";
  factor: string;
  order: "" | "session" | "none";
  fileFilter: string;
  limit: string;
  from: string;
  to: string;
  maxGap: string;
  maxWait: string;
  dialect: string;
  encrypt: "" | "all" | "captured";
  ignore: string;
  compare: string;
  baseline: ReadonlySet<string>;
  setup: "" | "yes" | "no";
  validateFirst: boolean;
  ping: boolean;
  allowCaptured: boolean;
}

/** Changes some members of the form. */
export type ChangePlan = (change: Partial<Plan>) => void;

/** A form in which nothing is said but which sessions. */
export function emptyPlan(sessions: Iterable<string>): Plan {
  return {
    sessions: new Set(sessions),
    server: "",
    port: "",
    domain: "",
    username: "",
    password: "",
    share: "",
    root: "",
    clones: "",
    shares: [],
    paths: [],
    users: [],
    sids: [],
    pace: "",
    factor: "2",
    order: "",
    fileFilter: "",
    limit: "",
    from: "",
    to: "",
    maxGap: "",
    maxWait: "",
    dialect: "",
    encrypt: "",
    ignore: "",
    compare: "",
    baseline: new Set(),
    setup: "",
    validateFirst: false,
    ping: true,
    allowCaptured: false,
  };
}

type Account = Pick<Body<"executeReplay">, "server_ip" | "port" | "domain" | "username" | "password" | "tree_name">;

/** The server and the account, where they are not those of the settings. */
export function account(plan: Plan): Account {
  return {
    ...(plan.server.trim() && { server_ip: plan.server.trim() }),
    ...(plan.port && { port: Number(plan.port) }),
    ...(plan.domain && { domain: plan.domain }),
    ...(plan.username && { username: plan.username }),
    ...(plan.password && { password: plan.password }),
    ...(plan.share && { tree_name: plan.share }),
  };
}

/** What a check of the operations and the share takes. */
export function validation(plan: Plan, trace: string): Omit<Body<"validateReplay">, "session_id" | "session_ids"> {
  return { ...where(plan, trace), ...(plan.fileFilter && { file_filter: plan.fileFilter }) };
}

/** What a setup takes that only shows its plan. */
export function dryRun(plan: Plan, trace: string): Omit<Body<"setupInfrastructure">, "session_id" | "session_ids"> {
  return { ...where(plan, trace), dry_run: true };
}

/** What a replay takes. */
export function execution(plan: Plan, trace: string): Omit<Body<"executeReplay">, "session_id" | "session_ids"> {
  return {
    ...where(plan, trace),
    ...(plan.fileFilter && { file_filter: plan.fileFilter }),
    ...(plan.pace && { pace: plan.pace === "factor" ? `${plan.factor}x` : plan.pace }),
    ...(plan.order && { order: plan.order }),
    ...(plan.maxWait && { max_wait: Number(plan.maxWait) }),
    ...(plan.maxGap && { max_gap: Number(plan.maxGap) }),
    ...(plan.dialect && { dialect: plan.dialect }),
    ...(plan.encrypt && { encrypt: plan.encrypt }),
    ...(plan.clones && { clones: Number(plan.clones) }),
    ...(plan.limit && { limit: Number(plan.limit) }),
    ...(plan.from && { from: Number(plan.from) }),
    ...(plan.to && { to: Number(plan.to) }),
    ignore: lines(plan.ignore),
    compare: lines(plan.compare),
    baseline: [...plan.baseline],
    enable_ping: plan.ping,
    validate_first: plan.validateFirst,
    ...(plan.setup && { setup: plan.setup === "yes" }),
  };
}

/** The form once its replay has started: it keeps no password. */
export function withoutPasswords(plan: Plan): Plan {
  return { ...plan, password: "", users: plan.users.map((user) => ({ ...user, password: "" })) };
}

function where(plan: Plan, trace: string) {
  return {
    capture_path: trace,
    ...account(plan),
    ...(plan.root && { root: plan.root }),
    map_share: rules(plan.shares),
    map_path: rules(plan.paths),
    map_sid: rules(plan.sids),
    map_user: plan.users.filter(isSaid).map(({ a, b, password }) => `${a}=${b}%${password}`),
    ...(plan.allowCaptured && { allow_captured_server: true }),
  };
}

/** A row that says only one of both is sent, so that the server says what is wrong with it. */
function isSaid({ a, b }: Pair): boolean {
  return a !== "" || b !== "";
}

function rules(pairs: Pair[]): string[] {
  return pairs.filter(isSaid).map(({ a, b }) => `${a}=${b}`);
}

function lines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}
