// How a capture is to be ingested.

import type { SMBReplayClient } from "@smbreplay/sdk";

type Request = Parameters<SMBReplayClient["startIngest"]>[0];

/** What is stored of the data of READs and WRITEs. */
export type Payload = "full" | "hash" | "none";

/** What decrypts a capture, by what it is. */
export type SecretKind = "nt_passwords" | "nt_hashes" | "session_keys" | "decryption_keys";

/** A key or password. */
export interface Secret {
  id: number;
  kind: SecretKind;
  /** The account, or the id of the session. */
  of: string;
  /** The password, hash or key; the key of what the server sends, where there are two. */
  value: string;
  /** The key of what the client sends. */
  second: string;
}

export interface IngestWish {
  force: boolean;
  payload: Payload;
  secrets: Secret[];
}

/** An ingest without a special wish. */
export const PLAIN: IngestWish = { force: false, payload: "full", secrets: [] };

/** The request that asks for it. */
export function requestOf(path: string, wish: IngestWish): Request {
  const of = (kind: SecretKind) =>
    wish.secrets.filter((secret) => secret.kind === kind && secret.of.trim() !== "").map(written);
  return {
    path,
    force: wish.force,
    payload: wish.payload,
    session_keys: of("session_keys"),
    decryption_keys: of("decryption_keys"),
    nt_passwords: of("nt_passwords"),
    nt_hashes: of("nt_hashes"),
  };
}

/** Why the wish cannot be asked for yet. */
export function lackOf(wish: IngestWish): string | undefined {
  const isBare = ({ kind, of, value, second }: Secret) =>
    of.trim() === "" || value === "" || (kind === "decryption_keys" && second === "");
  return wish.secrets.some(isBare) ? "A key or password is not complete. Fill it in, or remove it." : undefined;
}

function written({ kind, of, value, second }: Secret): string {
  const whose = of.trim();
  switch (kind) {
    case "nt_passwords":
      return `${whose}=${value}`;
    case "decryption_keys":
      return `${whose}=${value.trim()},${second.trim()}`;
    default:
      return `${whose}=${value.trim()}`;
  }
}
