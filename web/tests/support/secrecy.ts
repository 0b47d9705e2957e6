// Whether a password can be found where it has no place.

import type { Page, Response } from "playwright-core";

/** Follows a page from its beginning: what it asks for, and what it is told. */
export class Secrecy {
  private readonly addresses: string[] = [];
  private readonly answers: Promise<string>[] = [];
  private readonly said: string[] = [];

  constructor(private readonly page: Page) {
    page.on("request", (request) => this.addresses.push(request.url()));
    page.on("framenavigated", (frame) => this.addresses.push(frame.url()));
    page.on("console", (message) => this.said.push(message.text()));
    page.on("response", (response) => this.answers.push(textOf(response)));
  }

  /** Where one of these texts is now, or was until now. */
  async places(secrets: readonly string[]): Promise<string[]> {
    const shown = await this.page.evaluate(async () => {
      const fields = [...document.querySelectorAll<HTMLInputElement>("input:not([type=password]), textarea")];
      return {
        "the document": document.documentElement.outerHTML,
        "a field that shows what is typed": fields.map(({ value }) => value).join("\n"),
        "the title": document.title,
        "the local storage": JSON.stringify({ ...localStorage }),
        "the session storage": JSON.stringify({ ...sessionStorage }),
        cookies: document.cookie,
        "the state of the history": JSON.stringify(history.state),
        "names of databases": JSON.stringify(await indexedDB.databases()),
      };
    });
    const all: Record<string, string> = {
      ...shown,
      addresses: this.addresses.join("\n"),
      answers: (await Promise.all(this.answers)).join("\n"),
      "the console": this.said.join("\n"),
    };
    const forms = secrets.flatMap(formsOf);
    return Object.keys(all).filter((place) => forms.some((form) => all[place]?.includes(form)));
  }
}

/** How a text is written in documents, addresses and answers. */
function formsOf(text: string): string[] {
  const inMarkup = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return [
    text,
    inMarkup,
    inMarkup.replaceAll('"', "&quot;"),
    JSON.stringify(text).slice(1, -1),
    encodeURIComponent(text),
    new URLSearchParams({ _: text }).toString().slice(2),
    Buffer.from(text).toString("base64"),
  ];
}

/** Streams of events have no end; they tell what the job tells that is asked for as well. */
async function textOf(response: Response): Promise<string> {
  if (!response.headers()["content-type"]?.startsWith("application/json")) {
    return "";
  }
  // A page that is left gives its answers up.
  return response.text().catch(() => "");
}
