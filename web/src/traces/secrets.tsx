// Keys and passwords that decrypt a capture. They go to the server with the request to ingest, and are kept until then.

import { useRef } from "preact/hooks";
import type { Secret, SecretKind } from "./ingest-wish";

const KINDS: Record<SecretKind, { title: string; of: string; example: string; value: string; second?: string }> = {
  nt_passwords: { title: "Password of an account", of: "Account", example: "DOMAIN\\user, or user", value: "Password" },
  nt_hashes: {
    title: "NT hash of an account",
    of: "Account",
    example: "DOMAIN\\user, or user",
    value: "NT hash, 32 hex digits",
  },
  session_keys: { title: "Key of a session", of: "Session", example: "0x…", value: "Session key, hex" },
  decryption_keys: {
    title: "Decryption keys of a session",
    of: "Session",
    example: "0x…",
    value: "Key of the server's messages, hex",
    second: "Key of the client's messages, hex",
  },
};

export function Secrets({ secrets, change }: { secrets: Secret[]; change: (secrets: Secret[]) => void }) {
  const last = useRef(0);
  const replace = (id: number, part: Partial<Secret>) =>
    change(secrets.map((secret) => (secret.id === id ? { ...secret, ...part } : secret)));
  const add = () => {
    last.current += 1;
    change([...secrets, { id: last.current, kind: "nt_passwords", of: "", value: "", second: "" }]);
  };
  return (
    <fieldset>
      <legend>Keys and passwords of encrypted sessions</legend>
      <p class="muted">
        The password or NT hash of an account helps when it logged on with NTLM and the logon was captured. With
        Kerberos, the key of the session is needed; without the logon, both decryption keys. The server does not keep
        them.
      </p>
      {secrets.map((secret) => (
        <OneSecret
          key={secret.id}
          secret={secret}
          replace={(part) => replace(secret.id, part)}
          remove={() => change(secrets.filter(({ id }) => id !== secret.id))}
        />
      ))}
      <button type="button" onClick={add}>
        Add a key or password
      </button>
    </fieldset>
  );
}

function OneSecret({
  secret,
  replace,
  remove,
}: {
  secret: Secret;
  replace: (part: Partial<Secret>) => void;
  remove: () => void;
}) {
  const kind = KINDS[secret.kind];
  return (
    <div class="secret">
      <label>
        Kind
        <select
          value={secret.kind}
          onChange={(event) => {
            const chosen = Object.keys(KINDS).find((name) => name === event.currentTarget.value);
            replace({ kind: (chosen ?? "nt_passwords") as SecretKind, value: "", second: "" });
          }}
        >
          {Object.entries(KINDS).map(([name, { title }]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <label>
        {kind.of}
        <input
          value={secret.of}
          placeholder={kind.example}
          spellcheck={false}
          autocomplete="off"
          onInput={(event) => replace({ of: event.currentTarget.value })}
        />
      </label>
      <Hidden title={kind.value} value={secret.value} change={(value) => replace({ value })} />
      {kind.second ? (
        <Hidden title={kind.second} value={secret.second} change={(second) => replace({ second })} />
      ) : null}
      <button type="button" onClick={remove}>
        Remove
        <span class="unseen">
          : {kind.title} {secret.of}
        </span>
      </button>
    </div>
  );
}

function Hidden({ title, value, change }: { title: string; value: string; change: (value: string) => void }) {
  return (
    <label>
      {title}
      <input type="password" autocomplete="off" value={value} onInput={(event) => change(event.currentTarget.value)} />
    </label>
  );
}
