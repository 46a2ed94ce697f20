# Both bases can be replaced (--build-arg), by mirrors or by anything that has Node 22.19 or later on its PATH.
ARG BUILD_IMAGE=node:24-trixie-slim
ARG BASE_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot

FROM ${BUILD_IMAGE} AS build
WORKDIR /source
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY hack/build.ts hack/build.ts
COPY hack/build hack/build
COPY src src
# package.json says that the others are ES modules.
RUN node hack/build.ts && echo '{"type":"module"}' > dist/package.json && chmod 0444 dist/*

FROM ${BASE_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="external-values" \
      org.opencontainers.image.description="Keeps Secrets and ConfigMaps in step with AWS Parameter Store and AWS Secrets Manager" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production \
    PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin
COPY --from=build /source/dist/*.js /source/dist/*.LEGAL.txt /source/dist/package.json /app/
# By number, so that a kubelet can tell that it is not root.
USER 65532:65532
EXPOSE 8080 8081
ENTRYPOINT ["node", "/app/main.js"]
CMD ["controller"]
