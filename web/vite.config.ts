import { defineConfig } from "vite";

export default defineConfig({
  // Where the server of the page is while one works on it: `smbreplay serve`.
  server: { proxy: { "^/(api|health|info)": "http://127.0.0.1:3004" } },
  esbuild: { jsx: "automatic", jsxImportSource: "preact", legalComments: "none" },
  build: {
    // In the folder of the crate that embeds it: what is published has it too.
    outDir: "../crates/api/assets/page",
    emptyOutDir: true,
    target: "es2023",
    // The policy of the page takes no inline data.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
