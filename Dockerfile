# smbreplay as a server, with its web page: docs/container.md.

FROM node:22-trixie-slim AS page
WORKDIR /source
COPY .npmrc package.json package-lock.json ./
COPY sdk/package.json sdk/
COPY web/package.json web/
RUN npm ci
COPY sdk sdk
COPY web web
RUN npm run build

# The newest stable toolchain, as rust-toolchain.toml asks for.
FROM rust:1-trixie AS build
WORKDIR /source
COPY . .
COPY --from=page /source/crates/api/assets/page crates/api/assets/page
RUN cargo build --release --locked --package smbreplay

FROM debian:trixie-slim
RUN groupadd --gid 10001 smbreplay \
 && useradd --uid 10001 --gid smbreplay --no-create-home --home-dir /state --shell /usr/sbin/nologin smbreplay \
 && install --directory --owner=smbreplay --group=smbreplay /traces /sessions \
 && install --directory --owner=smbreplay --group=smbreplay --mode=700 /state
COPY --from=build /source/target/release/smbreplay /usr/local/bin/smbreplay
ENV TRACES_FOLDER=/traces SESSION_OUTPUT_DIR=/sessions
# Settings, the API key that is made where none is given, and the jobs.
ENV XDG_CONFIG_HOME=/state XDG_STATE_HOME=/state API_KEY_FILE=/state/smbreplay/api_key
USER 10001:10001
WORKDIR /traces
VOLUME ["/traces", "/sessions", "/state"]
EXPOSE 3004
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["smbreplay", "health"]
ENTRYPOINT ["smbreplay"]
CMD ["serve", "--host", "0.0.0.0"]
