import { expect, test } from "vitest";
import { missingServersNotice } from "./missing-servers-notice.ts";

function notice(hasServers: boolean) {
  const warnings: string[] = [];
  const onClient = missingServersNotice({ hasServers }, { warn: (text: unknown) => warnings.push(String(text)) });
  return { warnings, onClient };
}

test("Clients of this machine are nothing to warn of.", () => {
  const { warnings, onClient } = notice(false);
  for (const address of ["127.0.0.1", "127.3.2.1", "::1", "::ffff:127.0.0.1"]) onClient(address);
  expect(warnings).toEqual([]);
});

test.each(["192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1", "::127"])("The first of others is, once: %s", (address) => {
  const { warnings, onClient } = notice(false);
  onClient("127.0.0.1");
  onClient(address);
  onClient(address);
  expect(warnings).toEqual([expect.stringContaining("TURN_URLS")]);
});

test("With servers there is nothing to warn of.", () => {
  const { warnings, onClient } = notice(true);
  onClient("192.0.2.1");
  expect(warnings).toEqual([]);
});
