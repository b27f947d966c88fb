import { describe, expect, test } from "vitest";
import { CreateCall, CreateKey, CreateProject, UpdateProject } from "./http.ts";
import { CreateRoom, MintRoomToken } from "./rooms/http.ts";

describe("accepted:", () => {
  test.each([
    ["a call with the project's default", CreateCall, {}],
    ["a private call", CreateCall, { accessControl: "private" }],
    ["a project", CreateProject, { name: "Shop" }],
    ["a name of 200 characters", CreateProject, { name: "n".repeat(200) }],
    ["a name with an emoji", CreateKey, { name: "backend 🚀" }],
    ["no change", UpdateProject, {}],
    ["any origin", UpdateProject, { allowedOrigins: null }],
    ["origins", UpdateProject, { allowedOrigins: ["https://example.com", "http://localhost:3000"] }],
    ["no limit", UpdateProject, { connectionLimit: null }],
    ["a limit of nothing", UpdateProject, { connectionLimit: 0 }],
    ["a default", UpdateProject, { defaultAccessControl: "private" }],
  ])("%s", (_what, schema, body) => expect(schema.safeParse(body).success).toBe(true));

  test("a name without the blanks around it", () =>
    expect(CreateProject.parse({ name: "  Shop\t" }).name).toBe("Shop"));
});

describe("refused, by the field's name:", () => {
  test.each([
    ["another access control", CreateCall, { accessControl: "secret" }, "accessControl"],
    ["no name", CreateProject, {}, "name"],
    ["an empty name", CreateProject, { name: "" }, "name"],
    ["a blank name", CreateProject, { name: " \n" }, "name"],
    ["a name of 201 characters", CreateProject, { name: "n".repeat(201) }, "name"],
    ["a name that is a number", CreateKey, { name: 7 }, "name"],
    ["a name that Postgres cannot store", CreateProject, { name: "a\u0000b" }, "name"],
    ["a name that is no Unicode text", CreateKey, { name: "a\ud800b" }, "name"],
    ["an origin with a path", UpdateProject, { allowedOrigins: ["https://example.com/"] }, "allowedOrigins.0"],
    ["an origin in upper case", UpdateProject, { allowedOrigins: ["https://EXAMPLE.com"] }, "allowedOrigins.0"],
    ["a bare host", UpdateProject, { allowedOrigins: ["example.com"] }, "allowedOrigins.0"],
    ["a wildcard", UpdateProject, { allowedOrigins: ["*"] }, "allowedOrigins.0"],
    ["the opaque origin", UpdateProject, { allowedOrigins: ["null"] }, "allowedOrigins.0"],
    ["a data URL", UpdateProject, { allowedOrigins: ["data:text/plain,x"] }, "allowedOrigins.0"],
    ["too many origins", UpdateProject, { allowedOrigins: Array(101).fill("https://example.com") }, "allowedOrigins"],
    ["a negative limit", UpdateProject, { connectionLimit: -1 }, "connectionLimit"],
    ["half a limit", UpdateProject, { connectionLimit: 0.5 }, "connectionLimit"],
    ["a limit beyond a Postgres integer", UpdateProject, { connectionLimit: 2 ** 31 }, "connectionLimit"],
  ])("%s", (_what, schema, body, field) => {
    const { error } = schema.safeParse(body);
    expect(error?.issues.map((issue) => issue.path.join("."))).toEqual([field]);
  });

  test.each([
    ["null", null],
    ["an array", []],
    ["a text", "name"],
  ])("a body that is %s", (_what, body) => {
    expect(CreateProject.safeParse(body).success).toBe(false);
  });
});

test("__proto__ in a body is not taken for a field", () => {
  expect(CreateProject.safeParse(JSON.parse('{"__proto__":{"name":"Shop"}}')).success).toBe(false);
  expect(CreateCall.safeParse(JSON.parse('{"__proto__":{"accessControl":"private"}}')).success).toBe(false);
});

test.each([
  ["a call", CreateCall, { accesscontrol: "public" }],
  ["a project", CreateProject, { name: "Shop", colour: "red" }],
  ["a change", UpdateProject, { allowedOrigin: [] }],
  ["a key", CreateKey, { name: "a", ttl: 1 }],
  ["a room", CreateRoom, { maxParticipant: 3 }],
  ["a token", MintRoomToken, { ttl: 60 }],
  ["a token's participant", MintRoomToken, { participant: { canpublish: false } }],
])("an unknown member of the body for %s is refused by its name", (_, schema, body) => {
  const { error } = schema.safeParse(body);
  const names = Object.keys("participant" in body ? body.participant : body).filter((name) => name !== "name");
  expect(error?.issues).toMatchObject([{ code: "unrecognized_keys", keys: names }]);
});
