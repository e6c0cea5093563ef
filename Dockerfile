# syntax=docker/dockerfile:1
# The worker's image. Base: the exact Node release; pin its digest when you build from a trusted registry:
#   node:24.21.0-bookworm-slim@sha256:<digest as your registry shows it>
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

# Bundles the worker and leaves only the modules that cannot be bundled (sharp and its native parts).
FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-fund --no-audit
COPY . .
RUN npm run build

FROM ${NODE_IMAGE} AS worker
# tini: PID 1 that forwards signals and reaps children. jemalloc: libvips leaves glibc's arenas fragmented.
RUN apt-get update \
 && apt-get install -y --no-install-recommends tini libjemalloc2 ca-certificates \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/apt/archives/*.deb \
 && ln -s /usr/lib/*-linux-gnu/libjemalloc.so.2 /usr/local/lib/libjemalloc.so
WORKDIR /worker
COPY --from=build --chown=root:root /build/dist ./
ENV NODE_ENV=production \
    LD_PRELOAD=/usr/local/lib/libjemalloc.so \
    MALLOC_CONF=dirty_decay_ms:1000,muzzy_decay_ms:1000 \
    NODE_COMPILE_CACHE=/tmp/compile-cache \
    FLEET_HEALTH_ADDRESS=0.0.0.0:8081
# Nothing is written but /tmp (decode directories, compile cache): run with --read-only --tmpfs /tmp.
USER node
EXPOSE 8081
# SIGTERM starts the drain. Give it time: docker run --stop-timeout 110 (FLEET_DRAIN_SECONDS is 100).
STOPSIGNAL SIGTERM
# No HEALTHCHECK: it would start a Node every half minute. The host asks 127.0.0.1:8081/live (docs/instances.md).
ENTRYPOINT ["/usr/bin/tini", "--"]
# V8's young generation would grow to 100 MB for buffers that die at once; bounded, nothing is slower.
CMD ["node", "--max-semi-space-size=8", "main.js"]
