import type { launchBrowser } from "../../packages/testkit/src/browser.ts";

type Browser = Awaited<ReturnType<typeof launchBrowser>>;
type Page = Awaited<ReturnType<Browser["newPage"]>>;

declare global {
  var openedConnections: RTCPeerConnection[];
}

/** Somebody in front of the page, in a browser profile of their own. */
export class PageUser {
  readonly name: string;
  readonly #page: Page;

  private constructor(name: string, page: Page) {
    this.name = name;
    this.#page = page;
  }

  static async sitsDown(browser: Browser, name: string): Promise<PageUser> {
    // Whether a certificate is good is seen by the first request that is made without a browser.
    const page = await (await browser.newContext({ ignoreHTTPSErrors: true })).newPage();
    // The page keeps its RTCPeerConnection to itself; only the browser's statistics tell what was really decoded.
    await page.addInitScript(() => {
      globalThis.openedConnections = [];
      globalThis.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(configuration?: RTCConfiguration) {
          super(configuration);
          openedConnections.push(this);
        }
      };
    });
    return new PageUser(name, page);
  }

  /** Resolves to the link of a new call. */
  async startsCall(origin: string): Promise<string> {
    await this.#page.goto(origin);
    await this.#page.getByTestId("start-call").click();
    return this.#page.getByTestId("call-link").inputValue();
  }

  joinsCall(link: string): Promise<void> {
    return this.#joins(link, "call");
  }

  /** Resolves to the link of a new room. */
  async startsRoom(origin: string): Promise<string> {
    await this.#page.goto(origin);
    await this.#page.getByTestId("start-room").click();
    await this.#page.getByTestId("room").waitFor();
    return this.#page.url();
  }

  joinsRoom(link: string): Promise<void> {
    return this.#joins(link, "room");
  }

  async reloads(): Promise<void> {
    await this.#page.reload();
  }

  async writes(text: string): Promise<void> {
    const input = this.#page.getByTestId("message-input");
    if (!(await input.isVisible())) await this.#page.getByTestId("chat").click();
    await input.fill(text);
    await input.press("Enter");
  }

  async reads(text: string): Promise<void> {
    const entry = this.#page.getByTestId("entry").filter({ hasText: text });
    if (!(await this.#page.getByTestId("messages").isVisible())) await this.#page.getByTestId("chat").click();
    await entry.waitFor();
  }

  /** Video frames decoded so far, over all connections of this page. */
  async framesDecoded(): Promise<number> {
    return this.#page.evaluate(async () => {
      let frames = 0;
      for (const connection of openedConnections) {
        for (const report of (await connection.getStats()).values()) {
          if (report.type === "inbound-rtp" && report.kind === "video") frames += report.framesDecoded ?? 0;
        }
      }
      return frames;
    });
  }

  async #joins(link: string, meeting: "call" | "room"): Promise<void> {
    await this.#page.goto(link);
    await this.#page.getByTestId("join").click();
    await this.#page.getByTestId(meeting).waitFor();
  }

  /** Everything that the page shows as text, for the report of a failure. */
  async sees(): Promise<string> {
    return this.#page.locator("main").ariaSnapshot();
  }
}
