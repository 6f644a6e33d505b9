# Loge in one image, for every part of the house: all of it in one process, a gateway, or an SFU node.
#   docker build -t loge .
#   docker run --network host --env-file loge.env loge [all | gateway | sfu]
# infra/README.md has the variables that production needs, infra/compose and infra/kubernetes the parts together.
# BASE is a Debian 13 with Node 24 or newer, npm and a user `node`; where there is no Docker, infra/image makes one.
ARG BASE=docker.io/library/node:26.10.0-trixie-slim

FROM ${BASE} AS build
WORKDIR /loge
# What the build of mediasoup's worker needs. See infra/mediasoup-worker/.
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates g++ meson ninja-build pkg-config \
    python3 binutils flatbuffers-compiler libabsl-dev libflatbuffers-dev libsrtp2-dev libssl-dev libuv1-dev \
    && rm -rf /var/lib/apt/lists/*
# The prebuilt worker is used only where its archive has this SHA-256; otherwise the worker is built from its sources.
ARG LOGE_WORKER_SHA256=""
ENV CI=true XDG_CACHE_HOME=/cache NODE_ENV=production
COPY package.json package-lock.json .npmrc ./
COPY client-sdk/client/package.json client-sdk/client/
COPY client-sdk/elements/package.json client-sdk/elements/
COPY infra/stripe-emulator/package.json infra/stripe-emulator/
COPY infra/setup infra/setup
COPY infra/mediasoup-worker infra/mediasoup-worker
# Before the sources, so that a change of them costs neither an installation nor a build of the worker.
RUN node infra/setup/run.mjs setup && cp /cache/loge/mediasoup-worker-*/mediasoup-worker /mediasoup-worker
COPY . .
# What only development needs goes: the packages, the tests, and mediasoup's sources of the worker that has been built of them.
RUN node infra/setup/run.mjs setup && npm prune --omit=dev --ignore-scripts \
    && rm -rf node_modules/mediasoup/worker node_modules/.cache \
    && find server sfu client-sdk infra/stripe-emulator -name '*.test.ts' -delete

FROM ${BASE}
# What the worker links to where it was built here; the prebuilt one brings its own.
RUN apt-get update && apt-get upgrade --yes && apt-get install --yes --no-install-recommends \
    libabsl20240722 libsrtp2-1 libssl3t64 libuv1t64 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /loge
COPY --from=build /mediasoup-worker /usr/local/bin/mediasoup-worker
COPY --from=build /loge/infra/image/loge /usr/local/bin/loge
COPY --from=build /loge/package.json ./
COPY --from=build /loge/node_modules node_modules
COPY --from=build /loge/.build/client .build/client
COPY --from=build /loge/server server
# The server renders templates of the elements.
COPY --from=build /loge/client-sdk client-sdk
COPY --from=build /loge/sfu sfu
COPY --from=build /loge/infra/stripe-emulator infra/stripe-emulator
RUN mkdir /data && chown node:node /data
ENV NODE_ENV=production MEDIASOUP_WORKER_BIN=/usr/local/bin/mediasoup-worker LOGE_DATA_DIR=/data PORT=3000
USER node
VOLUME /data
EXPOSE 3000 40000-40015/udp 40000-40015/tcp
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 CMD ["loge", "healthy"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["loge"]
CMD ["all"]
