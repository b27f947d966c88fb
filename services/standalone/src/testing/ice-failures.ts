/** How often each reason was reported to a platform, without those that never were. */
export async function iceFailures(url: string): Promise<Readonly<Record<string, number>>> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const lines = metrics.matchAll(/^radist_ice_failures_total\{.*reason="(\w+)".*\} (\d+)$/gm);
  return Object.fromEntries(
    [...lines].map(([, reason, count]) => [reason, Number(count)] as const).filter(([, n]) => n > 0),
  );
}
