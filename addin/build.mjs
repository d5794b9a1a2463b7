// Builds addin/dist from the sources: one bundle per page, the sign-in library in a file of its own that is loaded
// only when it is needed, every name but the pages' with the hash of its content. Prints what the panel weighs.
// Usage: node build.mjs [--out folder]
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const HERE = dirname(fileURLToPath(import.meta.url));
const asked = process.argv.indexOf("--out");
const OUT = asked > 0 ? process.argv[asked + 1] : join(HERE, "dist");
const FRESH = `${OUT}.new-${process.pid}`;
const version = JSON.parse(readFileSync(join(HERE, "package.json"), "utf8")).version;

const hashed = (name, content) => {
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const dot = name.lastIndexOf(".");
  const file = `${name.slice(0, dot)}.${hash}${name.slice(dot)}`;
  writeFileSync(join(FRESH, "assets", file), content);
  return `assets/${file}`;
};

rmSync(FRESH, { recursive: true, force: true });
mkdirSync(join(FRESH, "assets"), { recursive: true });
mkdirSync(join(FRESH, "icons"));

const scripts = await build({
  absWorkingDir: HERE,
  entryPoints: ["src/main.ts", "src/signed-in.ts"],
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2020",
  minify: true,
  legalComments: "eof",
  metafile: true,
  outdir: join(FRESH, "assets"),
  entryNames: "[name].[hash]",
  chunkNames: "[name].[hash]",
  define: { PANEL_VERSION: JSON.stringify(version) },
  logLevel: "warning",
});
const entry = (source) => {
  const found = Object.entries(scripts.metafile.outputs).find(([, one]) => one.entryPoint === source);
  return `assets/${found[0].split("/assets/")[1]}`;
};
const styles = (name) =>
  build({ absWorkingDir: HERE, entryPoints: [`css/${name}`], minify: true, write: false, logLevel: "warning" });

const names = {
  "main.js": entry("src/main.ts"),
  "signed-in.js": entry("src/signed-in.ts"),
  // As it stands: a minifier must not make it newer than its readers.
  "gate.js": hashed("gate.js", readFileSync(join(HERE, "src/gate.js"))),
};
for (const name of ["panel.css", "notice.css"]) names[name] = hashed(name, (await styles(name)).outputFiles[0].contents);
for (const page of readdirSync(join(HERE, "pages"))) {
  const source = readFileSync(join(HERE, "pages", page), "utf8");
  writeFileSync(
    join(FRESH, page),
    source.replace(/\{\{([\w.-]+)\}\}/g, (_, name) => {
      if (!names[name]) throw new Error(`${page}: no such file ${name}`);
      return `/addin/${names[name]}`;
    }),
  );
}
for (const icon of readdirSync(join(HERE, "icons")).filter((name) => name.endsWith(".png"))) {
  copyFileSync(join(HERE, "icons", icon), join(FRESH, "icons", icon));
}

rmSync(OUT, { recursive: true, force: true });
renameSync(FRESH, OUT);

const rows = readdirSync(join(OUT, "assets")).map((name) => {
  const content = readFileSync(join(OUT, "assets", name));
  return [name, content.length, gzipSync(content, { level: 9 }).length];
});
for (const [name, size, packed] of rows) console.log(`${name.padEnd(32)} ${(size / 1024).toFixed(1).padStart(8)} KB ${(packed / 1024).toFixed(1).padStart(8)} KB gzip`);
const total = rows.filter(([name]) => name.endsWith(".js")).reduce((sum, row) => sum + row[2], 0);
console.log(`scripts together ${(total / 1024).toFixed(1)} KB gzip (budget 120 KB)`);
