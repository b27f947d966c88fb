import { CreatedProject, newProjectId } from "@radist-tech/protocol";
import { type Control, SUBJECTS } from "@radist-tech/protocol/bus";
import { afterAll, describe, expect, test } from "vitest";
import { expectError } from "../testing/errors.ts";
import { startApi } from "../testing/start-api.ts";

const api = await startApi();
afterAll(() => api[Symbol.asyncDispose]());
const { client } = api;

describe("POST /projects", () => {
  test("makes a project with keys that work, and a first key named default", async () => {
    const answer = await client.asAdmin("POST", "/projects", { json: { name: "  Shop " } });
    expect(answer.status).toBe(200);
    const project = CreatedProject.strict().parse(answer.body);
    expect(project.name).toBe("Shop");
    const keys = await client.asAdmin("GET", `/projects/${project.projectId}/keys`);
    expect(keys.body).toMatchObject([{ name: "default", revokedAt: null }]);
    const calls = await client.ask("GET", `/projects/${project.projectId}/calls`, { bearer: project.secretKey });
    expect(calls.status).toBe(200);
  });

  test.each([
    [{}, "name: Invalid input: expected string, received undefined"],
    [{ name: "" }, "name: Too small: expected string to have >=1 characters"],
    [{ name: "   " }, "name: Too small: expected string to have >=1 characters"],
    [{ name: 7 }, "name: Invalid input: expected string, received number"],
    [{ name: "x".repeat(201) }, "name: Too big: expected string to have <=200 characters"],
    [{ name: "a\0b" }, "name: Must be Unicode text"],
    [{ name: "\ud800" }, "name: Must be Unicode text"],
    [[], "Invalid input: expected object, received array"],
    [null, "Invalid input: expected object, received null"],
  ])("%j is refused by the name of its field", async (json, problem) => {
    const answer = await client.asAdmin("POST", "/projects", { json });
    expectError(answer, 400, `Invalid request body: ${problem}.`, "invalid_body");
  });

  test("a missing body is refused", async () => {
    const answer = await client.asAdmin("POST", "/projects");
    const sentence = "Invalid request body: name: Invalid input: expected string, received undefined.";
    expectError(answer, 400, sentence, "invalid_body");
  });
});

describe("GET /projects", () => {
  test("lists live projects without secrets", async () => {
    const kept = await client.project();
    const deleted = await client.project();
    await client.asAdmin("DELETE", `/projects/${deleted.projectId}`);
    const { status, body } = await client.asAdmin("GET", "/projects");
    expect(status).toBe(200);
    expect(body).toContainEqual({
      projectId: kept.projectId,
      name: "Test",
      publicKey: kept.publicKey,
      allowedOrigins: [],
      connectionLimit: null,
      defaultAccessControl: "public",
      stripeCustomerId: null,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
    expect(JSON.stringify(body)).not.toContain(deleted.projectId);
    expect(JSON.stringify(body)).not.toContain("rad_sk_");
  });
});

describe("PATCH /projects/:projectId", () => {
  test("changes what it names and leaves the rest", async () => {
    const { projectId } = await client.project();
    const patch = async (json: unknown) => (await client.asAdmin("PATCH", `/projects/${projectId}`, { json })).body;
    expect(await patch({ connectionLimit: 3 })).toMatchObject({ name: "Test", connectionLimit: 3 });
    expect(await patch({ allowedOrigins: ["https://a.example"] })).toMatchObject({
      connectionLimit: 3,
      allowedOrigins: ["https://a.example"],
    });
    expect(await patch({ defaultAccessControl: "private", name: "Renamed" })).toMatchObject({
      name: "Renamed",
      defaultAccessControl: "private",
    });
    expect(await patch({ allowedOrigins: null, connectionLimit: null })).toMatchObject({
      allowedOrigins: [],
      connectionLimit: null,
    });
    expect(await patch({})).toMatchObject({ name: "Renamed", defaultAccessControl: "private" });
  });

  test.each([
    [{ connectionLimit: -1 }, /^Invalid request body: connectionLimit: /],
    [{ connectionLimit: 1.5 }, /^Invalid request body: connectionLimit: /],
    [{ connectionLimit: 2 ** 40 }, /^Invalid request body: connectionLimit: /],
    [{ defaultAccessControl: "open" }, /^Invalid request body: defaultAccessControl: /],
    [{ allowedOrigins: ["https://a.example/path"] }, /^Invalid request body: allowedOrigins\.0: Must be an origin/],
    [{ allowedOrigins: "*" }, /^Invalid request body: allowedOrigins: /],
    [{ name: null }, /^Invalid request body: name: /],
  ])("%j is refused", async (json, sentence) => {
    const { projectId } = await client.project();
    const answer = await client.asAdmin("PATCH", `/projects/${projectId}`, { json });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ error: expect.stringMatching(sentence), code: "invalid_body" });
  });

  test.each(["nonsense", newProjectId()])("project %s is not found", async (projectId) => {
    const answer = await client.asAdmin("PATCH", `/projects/${projectId}`, { json: { name: "x" } });
    expectError(answer, 404, "Project not found.", "project_not_found");
  });
});

describe("DELETE /projects/:projectId", () => {
  test("refuses everything at once, ends the calls and tells the nodes", async () => {
    const heard = Promise.withResolvers<Control>();
    const decoder = new TextDecoder();
    await using _listening = await api.bus.subscribe(SUBJECTS.control, (data) =>
      heard.resolve(JSON.parse(decoder.decode(data)) as Control),
    );
    const project = await client.project();
    const { callId } = await project.call();
    const deleted = await client.asAdmin("DELETE", `/projects/${project.projectId}`);
    expect(deleted).toMatchObject({ status: 204, body: "" });
    expect(await heard.promise).toEqual({ type: "project_deleted", projectId: project.projectId });
    expectError(await project.ask("GET", "/calls"), 401, "Invalid project id or secret key.", "invalid_secret_key");
    expectError(await project.mint(callId), 401, "Invalid public key.", "invalid_public_key");
    for (const [method, path] of [
      ["DELETE", ""],
      ["PATCH", ""],
      ["GET", "/keys"],
      ["POST", "/keys"],
    ] as const) {
      const json = method === "GET" || method === "DELETE" ? undefined : { name: "x" };
      const answer = await client.asAdmin(method, `/projects/${project.projectId}${path}`, { json });
      expectError(answer, 404, "Project not found.", "project_not_found");
    }
    const rows = await api.connection.db.query.calls.findMany({ where: (calls, { eq }) => eq(calls.id, callId) });
    expect(rows).toMatchObject([{ tombstoneReason: "terminated", version: 1 }]);
  });

  test.each(["nonsense", newProjectId()])("project %s is not found", async (projectId) => {
    const answer = await client.asAdmin("DELETE", `/projects/${projectId}`);
    expectError(answer, 404, "Project not found.", "project_not_found");
  });
});
