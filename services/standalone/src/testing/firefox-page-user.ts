import type { FirefoxPage, launchFirefox } from "@radist-tech/testkit";
// It declares what the page offers for diagnosis.
import type {} from "./caller.ts";

type Firefox = Awaited<ReturnType<typeof launchFirefox>>;

/** A user of the page in Firefox, in a call or a room. */
export class FirefoxPageUser {
  readonly page: FirefoxPage;
  readonly #kind: "call" | "room";

  private constructor(page: FirefoxPage, kind: "call" | "room") {
    this.page = page;
    this.#kind = kind;
  }

  /** Starts a call or a room. */
  static async starts(firefox: Firefox, url: string, kind: "call" | "room"): Promise<FirefoxPageUser> {
    const context = await firefox.createBrowserContext();
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(url);
    const user = new FirefoxPageUser(page, kind);
    await page.locator(`[data-testid=start-${kind}]`).click();
    await user.isIn();
    return user;
  }

  /** Resolves once they are in, with their peer id. */
  async isIn(): Promise<string> {
    const peerId = await this.page.waitForFunction(() => {
      const { connection, room } = window.radist ?? {};
      const isConnected = room ? room.state === "connected" : connection?.state.signaling === "connected";
      return isConnected && (room ?? connection)?.peerId;
    });
    await this.page.waitForSelector(`[data-testid=${this.#kind}]`);
    return String(await peerId.jsonValue());
  }

  closes(): Promise<void> {
    return this.page.browserContext().close();
  }
}
