// Captures are dropped anywhere on the page, or chosen with a button.

import { useEffect, useRef, useState } from "preact/hooks";

/** Takes files that are dropped; whether some are held above the page. */
export function useFileDrop(take: (files: File[]) => void): boolean {
  const [isAbove, setAbove] = useState(false);
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
    // The browser tells of every element that is entered and left.
    let depth = 0;
    const enter = (event: DragEvent) => {
      if (hasFiles(event)) {
        event.preventDefault();
        depth += 1;
        setAbove(true);
      }
    };
    const leave = (event: DragEvent) => {
      if (hasFiles(event)) {
        depth = Math.max(0, depth - 1);
        setAbove(depth > 0);
      }
    };
    const over = (event: DragEvent) => {
      if (hasFiles(event) && event.dataTransfer) {
        event.preventDefault();
        event.dataTransfer.dropEffect = isAsking() ? "none" : "copy";
      }
    };
    const drop = (event: DragEvent) => {
      if (!hasFiles(event)) {
        return;
      }
      event.preventDefault();
      depth = 0;
      setAbove(false);
      if (!isAsking()) {
        latest.current(filesOf(event.dataTransfer));
      }
    };
    const listeners = { dragenter: enter, dragleave: leave, dragover: over, drop } as const;
    for (const [name, listener] of Object.entries(listeners)) {
      window.addEventListener(name as keyof typeof listeners, listener);
    }
    return () => {
      for (const [name, listener] of Object.entries(listeners)) {
        window.removeEventListener(name as keyof typeof listeners, listener);
      }
    };
  }, []);
  return isAbove;
}

/** Chooses files. */
export function FileButton({ take }: { take: (files: File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class="main" onClick={() => input.current?.click()}>
        Upload captures …
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Captures to upload"
        accept=".pcap,.pcapng,.cap,.dmp,.trc,.gz,.zst"
        onChange={(event) => {
          take([...(event.currentTarget.files ?? [])]);
          // The same file can be chosen again.
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

/** A dialog stands before the page: what is dropped now is not meant for it. */
function isAsking(): boolean {
  return document.querySelector("dialog[open]") !== null;
}

/** The files; a folder that was dropped is none. */
function filesOf(dropped: DataTransfer | null): File[] {
  const items = [...(dropped?.items ?? [])].filter(({ kind }) => kind === "file");
  return items.flatMap((item) => {
    const file = item.webkitGetAsEntry()?.isDirectory ? null : item.getAsFile();
    return file ? [file] : [];
  });
}
