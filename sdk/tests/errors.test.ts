// What goes wrong is told by its class.

import { APIError, NetworkError, NotFoundError, SMBReplayClient, SMBReplayError, TimeoutError } from "@smbreplay/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { STATUS } from "../src/status.js";
import { answer, TcpProxy } from "./support/proxy.js";
import { TestServer } from "./support/server.js";

let server: TestServer;
let client: SMBReplayClient;
let proxy: TcpProxy;

beforeAll(async () => {
  server = await TestServer.start({ env: { API_KEY: "open-sesame" } });
  client = server.client({ apiKey: "open-sesame" });
  proxy = await TcpProxy.start(server.port);
});

afterAll(async () => {
  await proxy.end();
  await server.end();
});

/** What a call is rejected with. */
async function refusal(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => expect.fail("it was done"),
    (error: unknown) => error,
  );
}

describe("an answer of the API", () => {
  test("with 404 is a NotFoundError with code, advice and the id of the request", async () => {
    const error = await refusal(client.getJob("0123"));
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toBeInstanceOf(APIError);
    expect(error).toMatchObject({ name: "NotFoundError", status: 404, code: "job_not_found", detail: "see /api/jobs" });
    expect((error as APIError).message).toBe("there is no such job");
    expect((error as APIError).requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("with 401 or 422 is an APIError", async () => {
    const wrong = await refusal(server.client({ apiKey: "wrong" }).listTraces());
    expect(wrong).toMatchObject({ name: "APIError", status: 401, code: "unauthorized" });
    expect(await refusal(server.client().listTraces())).toMatchObject({ code: "unauthorized" });
    expect(await server.client().healthCheck()).toMatchObject({ status: "ok" });
    const value = await refusal(client.updateConfig({ max_wait: 0 }));
    expect(value).toMatchObject({ name: "APIError", status: 422, code: "invalid_value" });
    expect(value).not.toBeInstanceOf(NotFoundError);
  });

  test("that another program gave has no code", async () => {
    proxy.treat(answer("418 I'm a teapot", {}, "<html>"), answer("200 OK", {}, "<html>"));
    const through = new SMBReplayClient({ baseUrl: proxy.url, apiKey: "open-sesame" });
    const error = await refusal(through.getConfig());
    expect(error).toMatchObject({ status: 418, code: undefined });
    expect(String(error)).toContain("418 I'm a teapot");
    expect(await refusal(through.getConfig())).toMatchObject({ name: "APIError", status: 200 });
  });

  test("that leads elsewhere is not followed: the key would be sent there", async () => {
    proxy.treat(answer("302 Found", { Location: server.url }));
    const through = new SMBReplayClient({ baseUrl: proxy.url, apiKey: "open-sesame", retries: 0 });
    expect(await refusal(through.getConfig())).toBeInstanceOf(NetworkError);
  });
});

test("codes are answered with the statuses that the document gives them", async () => {
  const document = await (await fetch(`${server.url}/openapi.json`)).json();
  const documented: Record<string, number> = {};
  for (const operations of Object.values<Record<string, { responses: object }>>(document.paths)) {
    for (const { responses } of Object.values(operations)) {
      for (const [status, { description }] of Object.entries<{ description: string }>(responses as never)) {
        for (const [, code] of Number(status) < 400 ? [] : description.matchAll(/(?:^|\. )`(\w+)`: /g)) {
          documented[code ?? ""] = Number(status);
        }
      }
    }
  }
  expect(STATUS).toEqual(documented);
  expect(Object.keys(STATUS).sort()).toEqual([...document.components.schemas.ErrorCode.enum].sort());
});

test("a server that is not there is a NetworkError with its cause", async () => {
  const error = await refusal(new SMBReplayClient({ baseUrl: "http://127.0.0.1:1", retries: 0 }).healthCheck());
  expect(error).toBeInstanceOf(NetworkError);
  expect(error).toBeInstanceOf(SMBReplayError);
  expect(error).not.toBeInstanceOf(TimeoutError);
  expect((error as Error).cause).toBeDefined();
});

test("a server that is silent is a TimeoutError, and is not asked again", async () => {
  const before = proxy.requests.length;
  proxy.treat("silence");
  const error = await refusal(new SMBReplayClient({ baseUrl: proxy.url, timeout: 200 }).healthCheck());
  expect(error).toBeInstanceOf(TimeoutError);
  expect(error).toBeInstanceOf(NetworkError);
  expect(proxy.requests.length - before).toBe(1);
});

test("an aborted call is rejected with the signal's reason", async () => {
  const reason = new Error("not wanted");
  expect(await refusal(client.healthCheck({ signal: AbortSignal.abort(reason) }))).toBe(reason);
  proxy.treat("silence");
  const controller = new AbortController();
  const call = new SMBReplayClient({ baseUrl: proxy.url }).healthCheck({ signal: controller.signal });
  setTimeout(() => controller.abort(reason), 100);
  expect(await refusal(call)).toBe(reason);
});

test("a name that would lead to another address is refused before anything is sent", async () => {
  for (const name of ["", ".", ".."]) {
    expect(() => client.deleteReplay(name)).toThrow(RangeError);
  }
  // Anything else is one component.
  expect(await refusal(client.getReplay("../../health"))).toMatchObject({ status: 404 });
});
