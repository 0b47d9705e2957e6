// One upload: how far it is, and what can be done when it did not arrive.

import { APIError } from "@smbreplay/sdk";
import { useId, useState } from "preact/hooks";
import { share, size } from "../figures";
import { Trouble } from "../parts/trouble";
import { Meter } from "../parts/waiting";
import { freeName } from "./file-name";
import { IngestJob } from "./ingest-job";
import { cancel, dismiss, isHopeless, isOver, retry, settle, type Upload } from "./uploads";

/** `taken` are the names in the case. */
export function UploadRow({
  upload,
  taken,
  ended,
  begun,
}: {
  upload: Upload;
  taken: string[];
  ended: () => void;
  begun: (job: string) => void;
}) {
  const { id, name, state, sent, file, job, path } = upload;
  if (job !== undefined && path !== undefined) {
    const over = () => {
      settle(id);
      ended();
    };
    return <IngestJob id={job} trace={path} ended={over} begun={begun} dismiss={() => dismiss(id)} />;
  }
  return (
    <li class="work">
      <div class="row">
        <strong>{name}</strong>
        <span class={state === "failed" ? "bad" : "muted"}>{told(upload)}</span>
        {isOver(upload) ? (
          <button type="button" onClick={() => dismiss(id)}>
            Dismiss<span class="unseen"> {name}</span>
          </button>
        ) : (
          <button type="button" onClick={() => cancel(id)}>
            Cancel<span class="unseen"> the upload of {name}</span>
          </button>
        )}
      </div>
      {state === "sending" ? (
        <Meter
          label={`Upload of ${name}`}
          done={sent}
          total={file.size}
          text={`${share(sent, file.size)} · ${size(sent)} of ${size(file.size)}`}
        />
      ) : null}
      {state === "failed" && upload.error ? <Failed upload={upload} error={upload.error} taken={taken} /> : null}
    </li>
  );
}

function told({ state, file, sent }: Upload): string {
  switch (state) {
    case "waiting":
      return `${size(file.size)}, waits for its turn`;
    case "sending":
      return sent < file.size ? "is being uploaded" : "is uploaded; the server checks it";
    case "there":
      return `${size(file.size)}, is uploaded`;
    case "starting":
    case "ingesting":
      return "is uploaded; its ingest begins";
    case "ended":
      return "";
    case "failed":
      return "failed";
    case "cancelled":
      return sent < file.size
        ? "was cancelled; nothing of it is kept"
        : "was cancelled when all of it had gone: the server may have it";
  }
}

function Failed({ upload, error, taken }: { upload: Upload; error: Error; taken: string[] }) {
  const { id, name, file, path } = upload;
  const [other, setOther] = useState(() => freeName(name, isTaken(error) ? [...taken, name] : taken));
  const box = useId();
  if (path !== undefined) {
    return (
      <>
        <p>It is uploaded, but is not being ingested.</p>
        <Trouble error={error} />
      </>
    );
  }
  if (error instanceof APIError && error.status === 413) {
    return (
      <>
        <p>
          It is too large for this server: it has {size(file.size)}. Compress it with gzip or zstd, or split it (
          <code>editcap -c</code>).
        </p>
        <Trouble error={error} />
      </>
    );
  }
  if (isTaken(error) || isRefusedName(error)) {
    return (
      <>
        <Trouble error={error} />
        <form
          class="row beside"
          onSubmit={(event) => {
            event.preventDefault();
            retry(id, other.trim());
          }}
        >
          <label for={box}>Another name</label>
          <input
            id={box}
            value={other}
            required
            size={32}
            spellcheck={false}
            autocomplete="off"
            onInput={(event) => setOther(event.currentTarget.value)}
          />
          <button type="submit" class="main">
            Upload by this name
          </button>
        </form>
      </>
    );
  }
  return <Trouble error={error} again={isHopeless(error) ? undefined : () => retry(id, name)} />;
}

function isTaken(error: Error): boolean {
  return error instanceof APIError && error.status === 409;
}

function isRefusedName(error: Error): boolean {
  return error instanceof APIError && (error.code === "bad_path" || error.code === "invalid_value");
}
