// What is known of the session that the view is of.

import type { Schema } from "@smbreplay/sdk";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { type Answer, useAnswer } from "../answer";
import { server } from "../client";
import type { SessionRoute } from "./changed";
import { type Instant, parsed } from "./instant";

/** A session in its trace. */
export interface About {
  trace: string;
  /** As the address of the page names it. */
  name: string;
  session: Schema<"ListedSession">;
  /** Time of the first packet of the trace, from which times are counted. */
  start: Instant;
  startText: string;
}

const Context = createContext<About | undefined>(undefined);
export const AboutProvider = Context.Provider;

/** The session of the view. */
export function useAbout(): About {
  const about = useContext(Context);
  if (!about) {
    throw new Error("No session is shown here.");
  }
  return about;
}

/** Looks the session up. */
export function useSession(route: SessionRoute): Answer<About> {
  const { trace, session: name } = route;
  return useAnswer(
    async (signal) => {
      const client = server();
      const [{ sessions }, summary] = await Promise.all([
        client.listSessions({ capture_path: trace }, { signal }),
        client.getTraceSummary({ capture_path: trace }, { signal }),
      ]);
      const session = sessions.find(({ session_id, file_name, number }) =>
        [session_id, file_name, String(number)].includes(name.toLowerCase()),
      );
      if (!session) {
        throw new Error(`This trace has no session ${name}.`);
      }
      const startText = summary.first_time ?? session.first_time;
      return { trace, name: session.file_name, session, start: parsed(startText) ?? { ms: 0, ns: 0 }, startText };
    },
    [trace, name],
  );
}
