import { join } from "node:path";
import { stdin, stdout } from "node:process";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { explain, Unprepared } from "./ending.mjs";
import { ROOT } from "./paths.mjs";
import { EnvFile } from "./setup-compose/env-file.mjs";
import { addSecrets, openMedia, problemOfAddress, problemOfDomain } from "./setup-compose/settings.mjs";

const USAGE = `Writes .env for docker compose: npm run setup:compose

Generates the secrets that are missing and keeps those that are there. On a terminal it asks for anything you leave out:

  --domain NAME             the name under which browsers reach this machine: the gateway serves HTTPS, with a
                            certificate that it gets by itself (ports 80 and 443)
  --public-address ADDRESS  the IP address at which browsers reach this machine: for rooms (ports 10000, 10001, 10010
                            and 10011, UDP and TCP) and a TURN server (3478, UDP and TCP; relays 49152-65535, UDP)
  --file PATH               the file to write (default: .env beside docker-compose.yml)
  --help                    this text

For example: npm run setup:compose -- --domain calls.example.com --public-address 203.0.113.7

Without a domain and an address only this machine reaches the stack. All settings: docs/deploy.md and docs/connectivity.md
`;

const OPTIONS = /** @type {const} */ ({
  domain: { type: "string" },
  "public-address": { type: "string" },
  file: { type: "string" },
  help: { type: "boolean", short: "h" },
});

/**
 * @param {string[]} args
 * @throws {Unprepared} for what is wrong with them
 */
async function setUp(args) {
  const options = read(args);
  if (options.help) return void stdout.write(USAGE);
  const file = new EnvFile(options.file ?? join(ROOT, ".env"));
  const { domain, publicAddress } = stdin.isTTY && stdout.isTTY ? await ask(options, file) : given(options);
  const problems = [domain && problemOfDomain(domain), publicAddress && problemOfAddress(publicAddress)];
  if (problems.some(Boolean)) throw new Unprepared(problems.filter(Boolean).join("\n"));

  const { generated, kept } = addSecrets(file);
  if (domain) file.set("RADIST_DOMAIN", domain);
  const hasTurn = publicAddress !== "" && (await openMedia(file, publicAddress));
  file.write();
  report({ generated, kept, domain: file.get("RADIST_DOMAIN"), publicAddress, hasTurn });
}

/** @param {string[]} args */
function read(args) {
  try {
    return parseArgs({ args, options: OPTIONS }).values;
  } catch (error) {
    throw new Unprepared(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}

/**
 * Empty where nothing is given.
 *
 * @param {ReturnType<typeof read>} options
 */
function given({ domain = "", "public-address": publicAddress = "" }) {
  return { domain, publicAddress };
}

/**
 * What is given, and for the rest what is answered, unless the file has it.
 *
 * @param {ReturnType<typeof read>} options
 * @param {EnvFile} file
 */
async function ask(options, file) {
  const questions = createInterface({ input: stdin, output: stdout });
  /**
   * @param {string} name
   * @param {string} question
   */
  const answer = async (name, question) =>
    file.get(name) === "" ? (await questions.question(`${question} (empty: this machine only): `)).trim() : "";
  const { domain, "public-address": publicAddress } = options;
  try {
    return {
      domain: domain ?? (await answer("RADIST_DOMAIN", "Domain")),
      publicAddress:
        publicAddress ?? (await answer("MEDIA_ANNOUNCED_ADDRESS", "Public IP address, for rooms and TURN")),
    };
  } finally {
    questions.close();
  }
}

/** @param {{ generated: string[], kept: string[], domain: string, publicAddress: string, hasTurn: boolean }} done */
function report({ generated, kept, domain, publicAddress, hasTurn }) {
  /** @param {string} line */
  const say = (line) => void stdout.write(`${line}\n`);
  if (generated.length > 0) say(`Generated: ${generated.join(", ")}`);
  if (kept.length > 0) say(`Kept: ${kept.join(", ")}`);
  if (publicAddress && !hasTurn) say("The TURN server's settings were left as they are: docs/deploy.md");
  if (generated.includes("POSTGRES_PASSWORD")) {
    say(`
Postgres keeps the password of its first start. If this stack has run before, tell it the new one:
  docker compose up --wait postgres
  docker compose exec postgres sh -c 'psql -U radist -c "alter user radist password \\$\\$$POSTGRES_PASSWORD\\$\\$"'`);
  }
  say(`\nNow: docker compose up --build --wait    then open ${domain ? `https://${domain}` : "http://localhost:8080"}`);
}

try {
  await setUp(process.argv.slice(2));
} catch (error) {
  // Of the file system.
  const isExpected = error instanceof Error && "code" in error;
  process.exitCode = explain(isExpected ? new Unprepared(error.message) : error);
}
