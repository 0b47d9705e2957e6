// Settings of the server and of this page.

import { useState } from "preact/hooks";
import { useAnswer } from "../answer";
import { server } from "../client";
import { Facts } from "../parts/facts";
import { Trouble } from "../parts/trouble";
import { Waiting } from "../parts/waiting";
import { About } from "./about";
import { ApiKey } from "./api-key";
import { Appearance } from "./appearance";
import { Configuration } from "./configuration";
import type { Config } from "./fields";

export function SettingsView() {
  const asked = useAnswer((signal) => server().getConfig({ signal }), []);
  const [changed, setChanged] = useState<Config>();
  const config = changed ?? asked.value;
  return (
    <div class="settings-view">
      <h1>Settings</h1>
      {asked.error ? (
        <Trouble error={asked.error} again={asked.again} />
      ) : config === undefined ? (
        <Waiting what="Loading the settings" />
      ) : (
        <>
          <Configuration config={config} saved={setChanged} />
          <h2>Set on the server</h2>
          <p class="muted">The folders cannot be changed here. The rest is remembered from what was done last.</p>
          <Facts
            facts={[
              ["Folder of the cases", config.traces_folder],
              ["Folder of the output", config.output_dir || "beside the captures"],
              ["Trace ingested last", config.capture_path || "none"],
              ["Session used last", config.session_id || "none"],
            ]}
          />
        </>
      )}
      <h2>Appearance</h2>
      <Appearance />
      <h2>API key</h2>
      <ApiKey />
      <h2>About</h2>
      <About />
    </div>
  );
}
