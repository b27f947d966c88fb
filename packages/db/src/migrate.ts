// The command: DATABASE_URL=postgres://… node packages/db/src/migrate.ts
import process from "node:process";
import { connect } from "./connect.ts";

const url = process.env.DATABASE_URL;
if (!url) {
  process.stderr.write("DATABASE_URL is missing: set it to the database whose schema is to be brought up to date.\n");
  process.exit(1);
}
await using connection = await connect(url, { applicationName: "radist-migrate" });
await connection.migrate();
process.stdout.write("The schema is up to date.\n");
