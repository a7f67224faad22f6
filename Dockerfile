# syntax=docker/dockerfile:1
# The gateway with its console and video plane. Node runs the TypeScript as it stands: only the console is built.

FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# No package may run an install script; those that need a binary carry it inside.
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM packages AS console
COPY tsconfig.json ./
COPY gateway/domain gateway/domain
COPY gateway/http/contract.ts gateway/http/contract.ts
COPY console console
RUN node node_modules/vite/bin/vite.js build --config console/vite.config.ts

FROM packages AS production
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-bookworm-slim
RUN apt-get update \
  && apt-get install -y --no-install-recommends ffmpeg espeak-ng tini \
  && rm -rf /var/lib/apt/lists/* \
  && install -d -o node -g node -m 0700 /data
WORKDIR /app
COPY --from=production /app/node_modules node_modules
COPY package.json ./
COPY gateway gateway
COPY adapters adapters
COPY streams streams
COPY config config
COPY --from=console /app/console/dist console/dist

# Inside the container every address; what is published, and where, is said outside.
ENV NODE_ENV=production \
  FENGSUI_HTTP_HOST=0.0.0.0 \
  FENGSUI_HTTP_PORT=8080 \
  FENGSUI_DATA_DIR=/data
USER node
VOLUME /data
EXPOSE 8080
# A journal that cannot store is no reason to start again in a loop: see docs/operation.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.FENGSUI_HTTP_PORT}/readyz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# tini takes up ffmpeg processes that outlive their parent, and hands signals on.
ENTRYPOINT ["tini", "--"]
CMD ["node", "gateway/main.ts"]
