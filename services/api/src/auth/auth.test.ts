import { newCallId, newPeerId, newProjectId, newPublicKey, newRoomId, newSecretKey } from "@radist-tech/protocol";
import { afterAll, describe, expect, test } from "vitest";
import { expectError } from "../testing/errors.ts";
import { startApi } from "../testing/start-api.ts";

const api = await startApi();
afterAll(() => api[Symbol.asyncDispose]());
const { client } = api;
const project = await client.project();
const { callId } = await project.call();

/** One character differs, as in a typing error. */
const mistyped = (key: string): string => `${key.slice(0, 20)}${key[20] === "A" ? "B" : "A"}${key.slice(21)}`;

const ofProject = `/projects/${project.projectId}`;
const SECRET_KEY_ROUTES = [
  ["POST", `${ofProject}/calls`],
  ["GET", `${ofProject}/calls`],
  ["GET", `${ofProject}/calls/${callId}`],
  ["DELETE", `${ofProject}/calls/${callId}`],
  ["POST", `${ofProject}/calls/${callId}/tokens`],
  ["POST", `${ofProject}/rooms`],
  ["GET", `${ofProject}/rooms`],
  ["GET", `${ofProject}/rooms/${newRoomId()}`],
  ["DELETE", `${ofProject}/rooms/${newRoomId()}`],
  ["POST", `${ofProject}/rooms/${newRoomId()}/tokens`],
  ["DELETE", `${ofProject}/rooms/${newRoomId()}/participants/${newPeerId()}`],
  ["GET", `${ofProject}/usage`],
] as const;
const ADMIN_ROUTES = [
  ["POST", "/projects"],
  ["GET", "/projects"],
  ["PATCH", ofProject],
  ["DELETE", ofProject],
  ["POST", `${ofProject}/keys`],
  ["GET", `${ofProject}/keys`],
  ["DELETE", `${ofProject}/keys/${newCallId()}`],
] as const;
const PUBLIC_KEY_ROUTES = [["POST", `/p2p/calls/${callId}/token`]] as const;

describe.each([...SECRET_KEY_ROUTES, ...ADMIN_ROUTES, ...PUBLIC_KEY_ROUTES])("%s %s", (method, path) => {
  test.each([undefined, "", "Bearer", "Bearer ", "Basic abc", project.secretKey, "Bearer a b", "Bearer é"])(
    "Authorization: %s has no bearer token",
    async (authorization) => {
      const answer = await client.ask(method, path, authorization === undefined ? {} : { headers: { authorization } });
      expectError(answer, 401, "Missing bearer token.", "missing_bearer_token");
      expect(answer.headers.get("www-authenticate")).toBe("Bearer");
    },
  );
});

describe.each(SECRET_KEY_ROUTES)("%s %s", (method, path) => {
  test.each([
    ["an unknown key", newSecretKey()],
    ["a mistyped key", mistyped(project.secretKey)],
    ["a public key", project.publicKey],
    ["nonsense", "nonsense"],
  ])("%s is refused", async (_name, bearer) => {
    const answer = await client.ask(method, path, { bearer });
    expectError(answer, 401, "Invalid project id or secret key.", "invalid_secret_key");
  });

  test.each(["nonsense", newProjectId(), "%00", project.projectId.slice(1)])("project id %s is refused", async (id) => {
    const answer = await client.ask(method, path.replace(project.projectId, id), { bearer: project.secretKey });
    expectError(answer, 401, "Invalid project id or secret key.", "invalid_secret_key");
  });

  test("the key of another project is refused", async () => {
    const { secretKey } = await client.project();
    const answer = await client.ask(method, path, { bearer: secretKey });
    expectError(answer, 401, "Invalid project id or secret key.", "invalid_secret_key");
  });
});

describe.each(ADMIN_ROUTES)("%s %s", (method, path) => {
  test.each(["nonsense", project.secretKey, project.publicKey])("%s is no admin token", async (bearer) => {
    const answer = await client.ask(method, path, { bearer });
    expectError(answer, 401, "Invalid admin token.", "invalid_admin_token");
  });
});

describe.each(PUBLIC_KEY_ROUTES)("%s %s", (method, path) => {
  test.each([newPublicKey(), mistyped(project.publicKey), project.secretKey, "nonsense"])(
    "%s is refused",
    async (bearer) => {
      expectError(await client.ask(method, path, { bearer }), 401, "Invalid public key.", "invalid_public_key");
    },
  );
});

test("the scheme is case-insensitive", async () => {
  for (const scheme of ["bearer", "BEARER", "bEaReR  "]) {
    const headers = { authorization: `${scheme} ${project.secretKey}` };
    expect((await client.ask("GET", `${ofProject}/calls`, { headers })).status).toBe(200);
  }
});

test("credentials come before everything else in the order of answers", async () => {
  const raw = "{ not json";
  const answer = await client.ask("POST", `/projects/nonsense/calls`, { bearer: "nonsense", raw });
  expectError(answer, 401, "Invalid project id or secret key.", "invalid_secret_key");
});
