# The server and the SPA in one image; PostgreSQL, TLS and mail are other services (docker-compose.yml).
FROM rust:1-bookworm AS build
WORKDIR /src
COPY . .
RUN make build

FROM debian:bookworm-slim
# Certificates: for mail and webhooks over TLS.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /data --create-home chantiers
COPY --from=build /src/target/release/chantiers /usr/local/bin/chantiers
COPY --from=build /src/frontend/dist /usr/share/chantiers/spa
COPY LICENSE /usr/share/doc/chantiers/LICENSE
ENV CHANTIERS_DATA_DIR=/data \
    CHANTIERS_LISTEN=0.0.0.0:8080 \
    CHANTIERS_SPA_DIR=/usr/share/chantiers/spa
# The only place written to: without a database of its own the server keeps its SQLite file here.
VOLUME /data
USER 10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["curl", "--fail", "--silent", "--output", "/dev/null", "http://127.0.0.1:8080/health/ready"]
ENTRYPOINT ["chantiers"]
CMD ["serve"]
