import { openApiDocument } from "../docs/openapi.ts";

interface Operation {
  readonly responses: Readonly<Record<string, unknown>>;
}

const OPERATIONS = Object.entries(openApiDocument().paths ?? {}).flatMap(([template, item]) =>
  Object.entries(item as Record<string, Operation>).map(([method, operation]) => ({
    method: method.toUpperCase(),
    pattern: new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
    operation,
  })),
);

/** Fails when the document knows the route but not this answer of it. */
export function assertDescribed(method: string, pathname: string, status: number): void {
  for (const { pattern, operation, ...route } of OPERATIONS) {
    if (route.method !== method || !pattern.test(pathname) || status in operation.responses) continue;
    throw new Error(`openapi.json does not say that ${method} ${pathname} can answer ${status}.`);
  }
}
