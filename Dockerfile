# The worker's image (docs/image.md). The laptop system in a container has a file of its own: scripts/local/Dockerfile.
# Base: one Node release by digest, from a registry without limits for callers without an account. The digest is that of the
# index for amd64 and arm64; `npm run lab -- base-image` reads today's from the registry, and --write puts it here.
ARG NODE_IMAGE=public.ecr.aws/docker/library/node:24.21.0-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6

# Bundles the worker and leaves only the modules that cannot be bundled (sharp and its native parts).
FROM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --no-fund --no-audit
COPY . .
RUN npm run build

FROM ${NODE_IMAGE} AS worker
# tini: PID 1 that forwards signals and reaps children. jemalloc: libvips leaves glibc's arenas fragmented. A version that Debian
# no longer has fails here, to be looked at; the suffix of a rebuild (+b3) differs by architecture.
RUN apt-get update \
 && apt-get install -y --no-install-recommends \
    tini=0.19.0-1* \
    libjemalloc2=5.3.0-1* \
    ca-certificates=20230311+deb12u1 \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/apt/archives/*.deb \
 && ln -s /usr/lib/*-linux-gnu/libjemalloc.so.2 /usr/local/lib/libjemalloc.so
WORKDIR /worker
COPY --from=build --chown=root:root /build/dist ./
# What is in the image, beside the licences of it: sbom.cdx.json and LICENCES.txt (Debian's are in /usr/share/doc).
RUN --mount=type=bind,from=build,source=/build/scripts/build,target=/run/scripts \
    node /run/scripts/write-image-sbom.ts /worker
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
