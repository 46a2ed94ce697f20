import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { parse } from "yaml";
import { crdDirectories, crdFiles } from "./crd-files.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

// kubectl apply keeps the whole object in one annotation of at most 262,144 bytes.
const mostBytes = 262_144 / 3;

describe.each(crdDirectories)("%s", (directory) => {
  const present = readdirSync(`${root}${directory}`).filter((name) => name !== "kustomization.yaml");

  it("holds the CRDs that the schemas give, and no other", () => {
    expect(present.sort()).toEqual(
      crdFiles()
        .map(({ name }) => name)
        .sort(),
    );
  });

  it.each(crdFiles())("$name is as generated: run `make generate`", ({ name, content }) => {
    expect(readFileSync(`${root}${directory}/${name}`, "utf8")).toBe(content);
  });
});

it("the kustomization lists every CRD", () => {
  const { resources } = parse(readFileSync(`${root}config/crds/kustomization.yaml`, "utf8"));
  expect(resources).toEqual(
    crdFiles()
      .map(({ name }) => name)
      .sort(),
  );
});

it.each(crdFiles())("$name is far below what kubectl apply can take", ({ content }) => {
  expect(Buffer.byteLength(content)).toBeLessThan(mostBytes);
});
