// What there is to see: the project's own capture, replayed on a Samba that answers as captured, and on a lab server that does not.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { LabServer, TestServer } from "../../../sdk/tests/support/server.js";
import { TestSamba } from "./samba.js";

export class Stage {
  private constructor(
    readonly server: TestServer,
    readonly samba: TestSamba,
    private readonly lab: LabServer,
    readonly shown: {
      trace: string;
      session: string;
      same: string;
      diverged: string;
      job: string;
      divergedJob: string;
    },
  ) {}

  static async start(): Promise<Stage> {
    const [samba, lab] = await Promise.all([TestSamba.start(), LabServer.start()]);
    // A folder in the way is what makes listings differ.
    mkdirSync(join(lab.share, "Nowhere"));
    const server = await TestServer.start({ env: { SMBREPLAY_PORT: String(lab.port) } });
    server.putOffice();
    const client = server.client();
    const { capture_path: trace } = await client.ingestTrace({ path: "office.pcap" });
    const { folder: _, ...account } = samba.place;
    const of = { capture_path: trace, all: true, pace: "asap" } as const;
    const replay = async (options: Parameters<typeof client.startReplay>[1]) => {
      const job = await client.startReplay(undefined, options);
      return { job: job.id, run: (await job.result()).run ?? "" };
    };
    const same = await replay({ ...of, ...account, root: "monday" });
    const diverged = await replay(of);
    const { sessions } = await client.listSessions({ capture_path: trace });
    const longest = sessions.reduce((one, other) => (other.operation_count > one.operation_count ? other : one));
    return new Stage(server, samba, lab, {
      trace,
      session: longest.file_name,
      same: same.run,
      diverged: diverged.run,
      job: same.job,
      divergedJob: diverged.job,
    });
  }

  /** Where a view is; `view` is the address behind `#/`. */
  url(view = "", parameters: Record<string, string | number> = {}): string {
    const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
    return `${this.server.url}/#/${view}${query.size > 0 ? `?${query}` : ""}`;
  }

  async end(): Promise<void> {
    await this.server.end();
    await Promise.all([this.samba.end(), this.lab.end()]);
  }
}
