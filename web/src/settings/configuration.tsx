// The settings of the server, as a form.

import { useState } from "preact/hooks";
import { server } from "../client";
import { Notice, Trouble } from "../parts/trouble";
import { faultyField } from "./fault";
import { type Config, changedKeys, changeOf, draftOf, type Faulty, type Field, KEYS, LAB, PROGRAM } from "./fields";
import { Password } from "./password";
import { Setting } from "./setting";
import { useVariables } from "./sources";

const ASKED: readonly Faulty[] = [...KEYS, "password"];

/** `saved` is called with the settings after a change. */
export function Configuration({ config, saved }: { config: Config; saved: (config: Config) => void }) {
  const variables = useVariables(ASKED);
  const [draft, setDraft] = useState(() => draftOf(config));
  const [password, setPassword] = useState<string>();
  const [fault, setFault] = useState<{ key: Faulty; told: string }>();
  const [error, setError] = useState<Error>();
  const [isSaving, setSaving] = useState(false);
  const [done, setDone] = useState<{ overridden: string[] }>();
  const changed = changedKeys(draft, config);
  const needsPassword = changed.includes("server_ip") || changed.includes("port");
  const isChanged = changed.length > 0 || password !== undefined;
  const told = (key: Faulty) => (fault?.key === key ? fault.told : undefined);

  const save = async () => {
    setDone(undefined);
    setError(undefined);
    setFault(undefined);
    const change = changeOf(draft, config);
    if ("faulty" in change) {
      setFault({ key: change.faulty, told: change.told });
      return;
    }
    if (needsPassword ? !password : password === "") {
      const other = needsPassword
        ? "Another server or port needs its password."
        : "Type the new password, or keep the old one.";
      setFault({ key: "password", told: other });
      return;
    }
    setSaving(true);
    try {
      const asked = password === undefined ? change : { ...change, password };
      const { overridden, ...settings } = await server().updateConfig(asked);
      setDraft(draftOf(settings));
      setDone({ overridden });
      saved(settings);
    } catch (problem) {
      const error = problem instanceof Error ? problem : new Error(String(problem));
      const key = faultyField(error);
      if (key === undefined) {
        setError(error);
      } else {
        setFault({ key, told: error.message });
      }
    } finally {
      // Whatever came of it: what was typed is not kept.
      setPassword(undefined);
      setSaving(false);
    }
  };

  const setting = (field: Field) => (
    <Setting
      key={field.key}
      field={field}
      value={draft[field.key]}
      change={(value) => {
        setDone(undefined);
        setDraft({ ...draft, [field.key]: value });
      }}
      fault={told(field.key)}
      variable={variables[field.key]}
    />
  );
  return (
    <form
      noValidate
      onSubmit={async (event) => {
        event.preventDefault();
        await save();
      }}
    >
      <fieldset>
        <legend>Lab server</legend>
        <div class="settings">
          {LAB.map(setting)}
          <Password
            isStored={config.password_set}
            value={password}
            change={(value) => {
              setDone(undefined);
              setPassword(value);
            }}
            fault={told("password")}
            isNeeded={needsPassword}
            variable={variables.password}
          />
        </div>
      </fieldset>
      <fieldset>
        <legend>Program</legend>
        <div class="settings">{PROGRAM.map(setting)}</div>
      </fieldset>
      {error ? <Trouble error={error} /> : null}
      <div class="row">
        <button type="submit" class="main" disabled={!isChanged || isSaving}>
          {isSaving ? "Saves …" : "Save"}
        </button>
        <button
          type="button"
          disabled={!isChanged || isSaving}
          onClick={() => {
            setDraft(draftOf(config));
            setPassword(undefined);
            setFault(undefined);
            setError(undefined);
          }}
        >
          Undo changes
        </button>
        <span role="status">{done ? <span class="good">✓ Saved.</span> : null}</span>
      </div>
      {done && done.overridden.length > 0 ? (
        <Notice>
          <p>
            Stored, but without effect, because the environment of the server sets it: {done.overridden.join(", ")}.
          </p>
        </Notice>
      ) : null}
    </form>
  );
}
