import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const gateway = process.env['FENGSUI_GATEWAY_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [vue()],
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false', __VUE_I18N_LEGACY_API__: 'false' },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // Desks here run 360, Qianxin and UOS browsers on older Chromium.
    target: 'chrome87',
    cssTarget: 'chrome87',
    // A data: URL would be refused where the policy names 'self' only.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 400,
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': gateway, '/socket.io': { target: gateway, ws: true }, '/live': { target: gateway, ws: true } },
  },
});
