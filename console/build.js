// Builds the pages into the folder that is named: the customers' page under /chat/, the staff's under /. What a page loads gets a name
// made from its content, so that browsers may keep it for ever; embed.js is what other sites write into their pages, so its name stays.
import { resolve } from "node:path";
import { build } from "vite";

const out = resolve(process.argv[2] ?? "dist");
const options = {
  configFile: false,
  publicDir: false,
  logLevel: "warn",
  esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
};
const output = { target: ["es2020", "safari14"], emptyOutDir: false, assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false };
const pages = (base, folder, ...input) =>
  build({ ...options, base, build: { ...output, outDir: resolve(out, folder), assetsDir: "assets", rollupOptions: { input } } });

await pages("/chat/", "", "chat.ko.html", "chat.en.html");
await pages("/", "staff", "staff.html");
await build({
  ...options,
  build: { ...output, outDir: out, lib: { entry: "src/embed.ts", formats: ["iife"], name: "embed", fileName: () => "embed.js" } },
});
