import { createCall, findCall, listCalls, mintToken } from "@radist-tech/calls";
import { type CallId, type ProjectId, Refusal } from "@radist-tech/protocol";
import { pageOf, summaryOf } from "../http/paging.ts";
import { once } from "../idempotency/once.ts";
import type { ApiApp, ApiParts } from "../parts.ts";
import { assertBelowLimit } from "../projects/connection-limit.ts";
import * as contract from "./contract.ts";
import { endAndAnnounceCall } from "./end.ts";
import { publicMintBudget } from "./public-mints.ts";

export function serveCalls(app: ApiApp, parts: ApiParts): void {
  const { connection, reports, auth, metrics, announcements, logger } = parts;
  const ttlSeconds = parts.settings.TOKEN_TTL_SECONDS;
  const countPublicMint = publicMintBudget(parts.settings);

  /** A call that nobody knows of must not count towards the project's limit. */
  const abandon = (projectId: ProjectId, callId: CallId): void => {
    endAndAnnounceCall(connection, announcements, { projectId, callId }).catch((error: unknown) =>
      logger.warn({ err: error, projectId, callId }, "a call was created too late and stays until it is idle"),
    );
  };

  app.openapi({ ...contract.createCallRoute, middleware: auth.secretKey }, async (context) => {
    const { project } = context.get("caller");
    const { accessControl = project.defaultAccessControl } = context.req.valid("json");
    const { answer, isReplay } = await once(
      context,
      connection,
      async (tx) => {
        await assertBelowLimit(tx, project);
        return createCall(tx, { projectId: project.id, accessControl, ttlSeconds });
      },
      ({ callId }) => abandon(project.id, callId),
    );
    if (!isReplay) metrics.callsCreated.inc({ access_control: answer.accessControl });
    return context.json(answer, 200);
  });

  app.openapi({ ...contract.listCallsRoute, middleware: auth.secretKey }, async (context) => {
    const { id } = context.get("caller").project;
    const { cursor: after, ...asked } = context.req.valid("query");
    const page = await reports.read(id, context.req.raw.signal, (read) => listCalls(read, id, { ...asked, after }));
    const calls = page.rows.map((row) => ({ callId: row.id as CallId, ...summaryOf(row) }));
    return context.json({ calls, ...pageOf(asked, page) }, 200);
  });

  app.openapi({ ...contract.getCallRoute, middleware: auth.secretKey }, async (context) => {
    const call = await findCall(connection, context.get("caller").project.id, context.req.valid("param").callId);
    if (!call) throw new Refusal("call_not_found");
    return context.json(call, 200);
  });

  app.openapi({ ...contract.endCallRoute, middleware: auth.secretKey }, async (context) => {
    const { callId } = context.req.valid("param");
    await endAndAnnounceCall(connection, announcements, { projectId: context.get("caller").project.id, callId });
    return context.body(null, 204);
  });

  app.openapi({ ...contract.mintBySecretKeyRoute, middleware: auth.secretKey }, async (context) => {
    const call = { projectId: context.get("caller").project.id, callId: context.req.valid("param").callId };
    const outcome = await once(context, connection, (tx) => mintToken(tx, { ...call, by: "secret", ttlSeconds }));
    if (!outcome.isReplay) metrics.tokensMinted.inc({ key: "secret" });
    return context.json(outcome.answer, 200);
  });

  app.openapi({ ...contract.mintByPublicKeyRoute, middleware: auth.publicKey }, async (context) => {
    countPublicMint(context, context.get("caller").project.id);
    const call = { projectId: context.get("caller").project.id, callId: context.req.valid("param").callId };
    const outcome = await once(context, connection, (tx) => mintToken(tx, { ...call, by: "public", ttlSeconds }));
    if (!outcome.isReplay) metrics.tokensMinted.inc({ key: "public" });
    return context.json(outcome.answer, 200);
  });
}
