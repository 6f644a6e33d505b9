# Loge in one image. `docker build -t loge .`, then see README.md for the variables that production needs:
#   docker run --network host --env-file loge.env -v loge-data:/data loge
# Media needs the ports LOGE_SFU_PORT and following, UDP and TCP; with many workers --network host is simplest.

FROM node:26-trixie-slim AS build
WORKDIR /loge
# mediasoup's prebuilt worker is used where it can be had; these build it where it cannot. See infra/mediasoup-worker/.
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates g++ meson ninja-build pkg-config \
    python3 binutils flatbuffers-compiler libabsl-dev libflatbuffers-dev libsrtp2-dev libssl-dev libuv1-dev \
    && rm -rf /var/lib/apt/lists/*
ENV CI=true XDG_CACHE_HOME=/cache
COPY package.json package-lock.json .npmrc ./
COPY infra/setup infra/setup
COPY infra/mediasoup-worker infra/mediasoup-worker
# Before the sources, so that a change of them costs neither an installation nor a build of the worker.
RUN node infra/setup/run.mjs setup && cp /cache/loge/mediasoup-worker-*/mediasoup-worker /mediasoup-worker
COPY . .
RUN node infra/setup/run.mjs setup && npm prune --omit=dev

FROM node:26-trixie-slim
# What the worker links to where it was built here; the prebuilt one brings its own.
RUN apt-get update && apt-get upgrade --yes && apt-get install --yes --no-install-recommends \
    libabsl20240722 libsrtp2-1 libssl3t64 libuv1t64 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /loge
COPY --from=build /mediasoup-worker /usr/local/bin/mediasoup-worker
COPY --from=build /loge/package.json ./
COPY --from=build /loge/node_modules node_modules
COPY --from=build /loge/.build/client .build/client
COPY --from=build /loge/server server
COPY --from=build /loge/sfu sfu
COPY --from=build /loge/infra/stripe-emulator infra/stripe-emulator
RUN mkdir /data && chown node:node /data
ENV NODE_ENV=production MEDIASOUP_WORKER_BIN=/usr/local/bin/mediasoup-worker LOGE_DATA_DIR=/data PORT=3000
USER node
VOLUME /data
EXPOSE 3000 40000-40015/udp 40000-40015/tcp
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
STOPSIGNAL SIGTERM
CMD ["node", "server/main.ts"]
