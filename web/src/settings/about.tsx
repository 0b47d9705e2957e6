// The program behind the page.

import { useAnswer } from "../answer";
import { server } from "../client";
import { Facts } from "../parts/facts";
import { Trouble } from "../parts/trouble";
import { Waiting } from "../parts/waiting";

export function About() {
  const info = useAnswer((signal) => server().getSystemInfo({ signal }), []);
  return (
    <>
      {info.error ? (
        <Trouble error={info.error} again={info.again} />
      ) : info.value === undefined ? (
        <Waiting />
      ) : (
        <Facts
          facts={[
            ["Version", info.value.version],
            ["Version of the stored files", info.value.schema_version],
            ["tshark", info.value.tshark_available ? "is there; it is not needed" : "is not there; it is not needed"],
            ["Commands that are known", Object.keys(info.value.supported_commands).length],
            ["Licence", "MIT"],
          ]}
        />
      )}
      <p class="row">
        <a href="/docs">The HTTP API, to try out</a>
        <a href="/redoc">The HTTP API, to read</a>
        <a href="/openapi.json">The HTTP API, for programs</a>
      </p>
    </>
  );
}
