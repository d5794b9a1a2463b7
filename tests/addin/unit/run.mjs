// Bundles the tests beside this file and runs them with Node's own runner. Usage: node run.mjs <folder for the bundles>
import { createRequire } from "node:module";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const addin = join(here, "../../../addin");
const { buildSync } = createRequire(join(addin, "package.json"))("esbuild");
const tests = readdirSync(here).filter((name) => name.endsWith(".test.ts"));
buildSync({ entryPoints: tests.map((name) => join(here, name)), bundle: true, platform: "node", format: "esm", outdir: process.argv[2], outExtension: { ".js": ".mjs" }, define: { PANEL_VERSION: '"test"' } });
const files = tests.map((name) => join(process.argv[2], name.replace(/ts$/, "mjs")));
process.exit(spawnSync(process.execPath, ["--test", "--test-reporter=tap", ...files], { stdio: "inherit" }).status ?? 1);
