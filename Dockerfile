# The command for one machine. A container is one run of it, so there is no HEALTHCHECK: the exit code
# tells (75: try again), and `status` tells how far the archive is.
#
#   docker build --tag slack-audit-lake .
#   docker run --rm --env SLACK_AUDIT_TOKEN --volume audit:/data slack-audit-lake ingest
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /source
COPY . .
# DuckDB, for `query`, is no dependency that every install takes; its version is the one that is tested.
RUN npm ci \
  && npm run pack -- /packages \
  && npm install --prefix /opt/slack-audit-lake --omit=dev /packages/slack-audit-lake-*.tgz \
  "@duckdb/node-api@$(node --print 'require("./package-lock.json").packages["node_modules/@duckdb/node-api"].version')"

FROM node:24.21.0-bookworm-slim
COPY --from=build /opt/slack-audit-lake /opt/slack-audit-lake
ENV PATH=/opt/slack-audit-lake/node_modules/.bin:$PATH
# The archive is in /data/archive. A directory that is mounted there must be writable for this user, `node`.
RUN install --directory --owner=node --group=node /data
USER 1000
WORKDIR /data
VOLUME /data
ENTRYPOINT ["slack-audit-lake"]
CMD ["--help"]
