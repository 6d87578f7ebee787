# syntax=docker/dockerfile:1
# Muster in a container: not root, nothing written outside /var/lib/muster and /tmp, so that the root file system can be read-only:
#   docker run --read-only --tmpfs /tmp --init \
#     -v muster:/var/lib/muster -v /etc/muster:/etc/muster:ro muster serve

FROM node:24-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# The image has Node 24 itself, so the install script of the npm package `node` need not run either (see .npmrc).
RUN npm ci --ignore-scripts
COPY . .
# The development packages are left behind: what the program uses of them is in it, and the image brings its own Node.
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:24-bookworm-slim
# git and ssh fetch the desired-state repository, ssh and gpg prove its signatures; ca-certificates lets git check servers reached by https.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends git openssh-client gnupg ca-certificates \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --user-group --home-dir /var/lib/muster --shell /usr/sbin/nologin muster \
 && install --directory --owner=muster --group=muster --mode=0750 /var/lib/muster
WORKDIR /opt/muster
COPY --from=build /build/package.json /build/LICENSE ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY --from=build /build/bin ./bin
COPY --from=build /build/config/muster.example.yaml ./config/
COPY --from=build /build/config/templates ./config/templates
COPY --from=build /build/docs/open-credential.html /build/docs/passwords.md /build/docs/research-service.md /build/docs/research-service.da.md /build/docs/writing-entries.md ./docs/
ENV NODE_ENV=production MUSTER_CONFIG=/etc/muster/muster.yaml
USER 10001:10001
VOLUME /var/lib/muster
# For `muster serve`, whose status page listens here unless the configuration says otherwise; a single command is over before it is asked.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# docker stop waits ten seconds, in which Muster ends by itself.
STOPSIGNAL SIGTERM
# Without the option, SIGUSR1 before Muster listens for it makes Node open a debugger. SIGHUP makes Muster look: docker kill -s HUP.
ENTRYPOINT ["node", "--disable-sigusr1", "/opt/muster/bin/muster.js"]
CMD ["--help"]
