// Bundles the pages into the folder that is named. What a page loads gets a name made from its content, so that browsers may keep it
// for ever; embed.js is what other sites write into their pages, so its name stays.
import { build } from "esbuild";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

const out = process.argv[2] ?? "dist";
const options = {
  bundle: true, minify: true, legalComments: "none", charset: "utf8", target: ["es2020", "safari14"], logLevel: "warning",
  jsx: "automatic", jsxImportSource: "preact",
};
await mkdir(out, { recursive: true });
const page = await build({
  ...options, entryPoints: ["src/chat.tsx", "src/icon.svg"], loader: { ".svg": "copy" }, format: "esm", metafile: true,
  outdir: join(out, "assets"), entryNames: "[name]-[hash]",
});
await build({ ...options, entryPoints: ["src/embed.ts"], format: "iife", outfile: join(out, "embed.js") });

const made = Object.keys(page.metafile.outputs).map((path) => basename(path));
for (const language of ["ko", "en"]) {
  const html = (await readFile(`chat.${language}.html`, "utf8")).replace(/\{\{(\w+)\.(\w+)\}\}/g, (_, name, extension) => {
    const found = made.find((file) => file.startsWith(`${name}-`) && file.endsWith(`.${extension}`));
    if (!found) throw new Error(`chat.${language}.html: nothing was made of ${name}.${extension}`);
    return `/chat/assets/${found}`;
  });
  await writeFile(join(out, `chat.${language}.html`), html);
}
