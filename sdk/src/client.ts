// The client: a method for every operation of the API.

import { path } from "./address.js";
import { type JobEvent, type JobEventsOptions, jobEvents } from "./events.js";
import { type FollowOptions, JobHandle, type StartOptions } from "./jobs.js";
import { PAGE, rows } from "./pages.js";
import { type Call, type ClientOptions, type RequestOptions, Transport, withHeaders } from "./transport.js";
import type {
  Answer,
  Body,
  Config,
  Execution,
  IngestAnswer,
  Job,
  OfSessions,
  Operation,
  OperationsQuery,
  Query,
  ReplayedRow,
  ReplayOperationsQuery,
  Report,
  SessionName,
  SetupAnswer,
  Validation,
} from "./types.js";
import { type Capture, type UploadOptions, upload } from "./upload.js";

/** Media types of the forms that operations can be downloaded in. */
const FORMS = { arrow: "application/vnd.apache.arrow.stream", parquet: "application/vnd.apache.parquet" } as const;
/** A longer filter does not go into an address. */
const LONG_FILTER = 2_000;

/** A client of one smbreplay server. */
export class SMBReplayClient {
  readonly #transport: Transport;

  constructor(options: ClientOptions) {
    this.#transport = new Transport(options);
  }

  // The server

  /** Whether the server is there, and works. */
  healthCheck(options?: RequestOptions): Promise<Answer<"healthCheck">> {
    return this.#get("/health", {}, options);
  }

  /** Versions and folders. */
  getSystemInfo(options?: RequestOptions): Promise<Answer<"getSystemInfo">> {
    return this.#get("/info", {}, options);
  }

  /** What is counted, in the text form of OpenMetrics. */
  getMetrics(options?: RequestOptions): Promise<string> {
    return this.#transport.read("/metrics", { ...options }, (response) => response.text());
  }

  // Settings

  /** The settings, without the password. */
  getConfig(options?: RequestOptions): Promise<Config> {
    return this.#get("/api/config", {}, options);
  }

  /** A setting and where it comes from. */
  getConfigValue(key: string, options?: RequestOptions): Promise<Answer<"getConfigValue">> {
    return this.#get(path`/api/config/${key}`, {}, options);
  }

  /** Changes settings, all of them or none. */
  updateConfig(changes: Body<"updateConfig">, options?: RequestOptions): Promise<Answer<"updateConfig">> {
    return this.#transport.json("/api/config", { ...options, method: "PUT", json: changes });
  }

  // Captures

  /** The folders that may be cases. */
  listCases(options?: RequestOptions): Promise<Answer<"listCases">> {
    return this.#get("/api/cases", {}, options);
  }

  /** The captures of a case. */
  listTraces(query: Query<"listTraces"> = {}, options?: RequestOptions): Promise<Answer<"listTraces">> {
    return this.#get("/api/traces", query, options);
  }

  /** What the last ingest of a capture found, lost and repaired. */
  getTraceSummary(query: Query<"getTraceSummary"> = {}, options?: RequestOptions): Promise<Answer<"getTraceSummary">> {
    return this.#get("/api/traces/summary", query, options);
  }

  /** Uploads a capture. */
  uploadTrace(capture: Capture, query: Query<"uploadTrace">, options?: UploadOptions): Promise<Answer<"uploadTrace">> {
    return upload(this.#transport, capture, query, options);
  }

  /** Deletes a capture and, unless the query says otherwise, what was made of it. */
  deleteTrace(query: Query<"deleteTrace">, options?: RequestOptions): Promise<void> {
    return this.#transport.nothing("/api/traces", { ...options, method: "DELETE", query });
  }

  /** Finds the sessions of a capture; what was found, when it is done. */
  async ingestTrace(request: Body<"ingestTrace">, options: FollowOptions = {}): Promise<IngestAnswer> {
    return (await this.startIngest(request, options)).result(options);
  }

  /** Starts an ingest. */
  startIngest(request: Body<"ingestTrace">, options?: StartOptions): Promise<JobHandle<IngestAnswer>> {
    return JobHandle.start(this.#transport, "/api/traces/ingest", request, options);
  }

  // Sessions

  /** The sessions of a capture. */
  listSessions(query: Query<"listSessions"> = {}, options?: RequestOptions): Promise<Answer<"listSessions">> {
    return this.#get("/api/sessions", query, options);
  }

  /** The operations of a session: all, or with `limit` a page. */
  getOperations(
    session: SessionName,
    query: OperationsQuery = {},
    options?: RequestOptions,
  ): Promise<Answer<"getOperations">> {
    return this.#get(path`/api/sessions/${session}`, query, options);
  }

  /** The same for filters of any length. */
  searchOperations(
    session: SessionName,
    query: Body<"searchOperations"> = {},
    options?: RequestOptions,
  ): Promise<Answer<"searchOperations">> {
    const call: Call = { ...options, method: "POST", json: query, isReading: true };
    return this.#transport.json(path`/api/sessions/${session}/operations`, call);
  }

  /** The operations of a session one by one; pages of `limit` are fetched as they are needed. */
  operations(
    session: SessionName,
    query: Omit<OperationsQuery, "cursor" | "offset"> = {},
    options?: RequestOptions,
  ): AsyncGenerator<Operation, void, undefined> {
    const isLong = (query.filter?.length ?? 0) > LONG_FILTER;
    return rows<Operation>((cursor) => {
      const { fields, ...others } = { limit: PAGE, ...query, cursor };
      return isLong
        ? this.searchOperations(session, { ...others, fields: fields?.toString() }, options)
        : this.getOperations(session, { ...others, fields }, options);
    });
  }

  /** The operations of a session as an Arrow stream or a Parquet file. */
  downloadOperations(
    session: SessionName,
    form: keyof typeof FORMS,
    query: OperationsQuery = {},
    options?: RequestOptions,
  ): Promise<Blob> {
    const call = withHeaders({ ...options, query }, { Accept: FORMS[form] });
    return this.#transport.read(path`/api/sessions/${session}`, call, (response) => response.blob());
  }

  /** One operation in full; `n` is its number in the trace. */
  getOperation(
    session: SessionName,
    n: number,
    query: Query<"getOperation"> = {},
    options?: RequestOptions,
  ): Promise<Answer<"getOperation">> {
    return this.#get(path`/api/sessions/${session}/operations/${n}`, query, options);
  }

  /** What the operations of a session add up to. */
  getSessionStatistics(
    session: SessionName,
    query: Query<"getSessionStatistics"> = {},
    options?: RequestOptions,
  ): Promise<Answer<"getSessionStatistics">> {
    return this.#get(path`/api/sessions/${session}/stats`, query, options);
  }

  /** The files of a session. */
  getSessionTree(
    session: SessionName,
    query: Query<"getSessionTree"> = {},
    options?: RequestOptions,
  ): Promise<Answer<"getSessionTree">> {
    return this.#get(path`/api/sessions/${session}/tree`, query, options);
  }

  /** What happened when in a session, in equal spans of time. */
  getSessionTimeline(
    session: SessionName,
    query: Query<"getSessionTimeline"> = {},
    options?: RequestOptions,
  ): Promise<Answer<"getSessionTimeline">> {
    return this.#get(path`/api/sessions/${session}/timeline`, query, options);
  }

  // Filters

  /** Whether a filter is right, and if not, where it is wrong: in the units that JavaScript counts texts by. */
  checkFilter(filter: string, options?: RequestOptions): Promise<Answer<"checkFilter">> {
    return this.#get("/api/filter", { filter }, options);
  }

  /** What filters may ask for. */
  listFilterFields(options?: RequestOptions): Promise<Answer<"listFilterFields">> {
    return this.#get("/api/filter/fields", {}, options);
  }

  // Replay

  /** Whether the lab server can be used, and what is to be done if not. Nothing is changed there. */
  checkTarget(request: Body<"checkTarget"> = {}, options?: RequestOptions): Promise<Answer<"checkTarget">> {
    return this.#transport.json("/api/target/check", { ...options, method: "POST", json: request });
  }

  /** Whether sessions can be replayed, and whether the lab share is ready for them. */
  validateReplay(
    sessions?: OfSessions,
    request: Omit<Body<"validateReplay">, "session_id" | "session_ids"> = {},
    options?: RequestOptions,
  ): Promise<Validation> {
    const json = { ...request, ...named(sessions) };
    return this.#transport.json("/api/replay/validate", { ...options, method: "POST", json });
  }

  /** Builds on the lab share what was there before the sessions; what was done, when it is done. */
  async setupInfrastructure(
    sessions?: OfSessions,
    request: Omit<Body<"setupInfrastructure">, "session_id" | "session_ids"> = {},
    options: FollowOptions = {},
  ): Promise<SetupAnswer> {
    return (await this.startSetup(sessions, request, options)).result(options);
  }

  /** Starts a setup. */
  startSetup(
    sessions?: OfSessions,
    request: Omit<Body<"setupInfrastructure">, "session_id" | "session_ids"> = {},
    options?: StartOptions,
  ): Promise<JobHandle<SetupAnswer>> {
    return JobHandle.start(this.#transport, "/api/replay/setup", { ...request, ...named(sessions) }, options);
  }

  /** Replays sessions on the lab server; what became of it, when it is done. */
  async executeReplay(
    sessions?: OfSessions,
    request: Omit<Body<"executeReplay">, "session_id" | "session_ids"> = {},
    options: FollowOptions = {},
  ): Promise<Execution> {
    return (await this.startReplay(sessions, request, options)).result(options);
  }

  /** Starts a replay. */
  startReplay(
    sessions?: OfSessions,
    request: Omit<Body<"executeReplay">, "session_id" | "session_ids"> = {},
    options?: StartOptions,
  ): Promise<JobHandle<Execution>> {
    return JobHandle.start(this.#transport, "/api/replay/execute", { ...request, ...named(sessions) }, options);
  }

  // Earlier replays

  /** The replays of a capture. */
  listReplays(query: Query<"listReplays"> = {}, options?: RequestOptions): Promise<Answer<"listReplays">> {
    return this.#get("/api/replays", query, options);
  }

  /** The report of a replay; `last` is the latest. */
  getReplay(run: string, query: Query<"getReplay"> = {}, options?: RequestOptions): Promise<Report> {
    return this.#get(path`/api/replays/${run}`, query, options);
  }

  /** The operations of a replay beside what they replayed: all, or with `limit` a page. */
  getReplayOperations(
    run: string,
    query: ReplayOperationsQuery = {},
    options?: RequestOptions,
  ): Promise<Answer<"getReplayOperations">> {
    return this.#get(path`/api/replays/${run}/operations`, query, options);
  }

  /** The operations of a replay one by one; pages of `limit` are fetched as they are needed. */
  replayOperations(
    run: string,
    query: Omit<ReplayOperationsQuery, "cursor" | "offset"> = {},
    options?: RequestOptions,
  ): AsyncGenerator<ReplayedRow, void, undefined> {
    return rows<ReplayedRow>((cursor) => this.getReplayOperations(run, { limit: PAGE, ...query, cursor }, options));
  }

  /** One operation of a replay in full: its messages as they were captured and as they are live. `row` is its place in the replay. */
  getReplayOperation(
    run: string,
    row: number,
    query: Query<"getReplayOperation"> = {},
    options?: RequestOptions,
  ): Promise<Answer<"getReplayOperation">> {
    return this.#get(path`/api/replays/${run}/operations/${row}`, query, options);
  }

  /** What made operations diverge, each cause with its first operation in full. */
  getReplayCauses(
    run: string,
    query: Query<"getReplayCauses"> = {},
    options?: RequestOptions,
  ): Promise<Answer<"getReplayCauses">> {
    return this.#get(path`/api/replays/${run}/causes`, query, options);
  }

  /** When operations of a replay were sent and answered, beside when they were captured. */
  getReplayTiming(
    run: string,
    query: Query<"getReplayTiming"> = {},
    options?: RequestOptions,
  ): Promise<Answer<"getReplayTiming">> {
    return this.#get(path`/api/replays/${run}/timing`, query, options);
  }

  /** What differs between two replays. */
  compareReplays(
    run: string,
    other: string,
    query: Query<"compareReplays"> = {},
    options?: RequestOptions,
  ): Promise<Answer<"compareReplays">> {
    return this.#get(path`/api/replays/${run}/compare/${other}`, query, options);
  }

  /** The report of a replay as a page, in HTML. */
  getReplayPage(run: string, query: Query<"getReplayPage"> = {}, options?: RequestOptions): Promise<string> {
    const call = { ...options, query };
    return this.#transport.read(path`/api/replays/${run}/report.html`, call, (response) => response.text());
  }

  /** The operations of a replay as JUnit XML. */
  getReplayResults(run: string, query: Query<"getReplayResults"> = {}, options?: RequestOptions): Promise<string> {
    const call = { ...options, query };
    return this.#transport.read(path`/api/replays/${run}/report.xml`, call, (response) => response.text());
  }

  /** The live traffic of a replay as pcapng, decrypted. */
  getReplayTraffic(run: string, query: Query<"getReplayTraffic"> = {}, options?: RequestOptions): Promise<Blob> {
    const call = { ...options, query };
    return this.#transport.read(path`/api/replays/${run}/traffic.pcapng`, call, (response) => response.blob());
  }

  /** Deletes a recorded replay. */
  deleteReplay(run: string, query: Query<"deleteReplay"> = {}, options?: RequestOptions): Promise<void> {
    return this.#transport.nothing(path`/api/replays/${run}`, { ...options, method: "DELETE", query });
  }

  // Jobs

  /** The last jobs, the youngest first, without their results. */
  listJobs(query: Query<"listJobs"> = {}, options?: RequestOptions): Promise<Answer<"listJobs">> {
    return this.#get("/api/jobs", query, options);
  }

  /** A job. */
  getJob(id: string, options?: RequestOptions): Promise<Job> {
    return this.#get(path`/api/jobs/${id}`, {}, options);
  }

  /** Asks a job to end. */
  cancelJob(id: string, options?: RequestOptions): Promise<Job> {
    return this.#transport.json(path`/api/jobs/${id}`, { ...options, method: "DELETE" });
  }

  /** A job that was started before: it can be followed, and its result taken. */
  job<Result = NonNullable<Job["result"]>>(id: string): JobHandle<Result> {
    return new JobHandle(this.#transport, id);
  }

  /** What happens in a job, up to its end; goes on behind a connection that breaks. */
  jobEvents(id: string, options?: JobEventsOptions): AsyncGenerator<JobEvent, void, undefined> {
    return jobEvents(this.#transport, id, options);
  }

  #get<Json>(path: string, query: object, options?: RequestOptions): Promise<Json> {
    return this.#transport.json<Json>(path, { ...options, query });
  }
}

function named(sessions: OfSessions): { session_id?: string; session_ids?: string[] } {
  if (sessions === undefined) {
    return {};
  }
  return typeof sessions === "object" ? { session_ids: sessions.map(String) } : { session_id: String(sessions) };
}
