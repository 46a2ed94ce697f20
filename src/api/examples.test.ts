import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import { parseAllDocuments } from "yaml";
import { parseExternalValue } from "./parse-external-value.ts";
import { parseStore } from "./parse-store.ts";
import { findUnsupported, unsupportedFields } from "./parsing/unsupported.ts";

type Kind = keyof typeof unsupportedFields;
const parsers: Readonly<Record<Kind, (object: Parameters<typeof parseStore>[0]) => { readonly ok: boolean }>> = {
  ExternalValue: (object) => parseExternalValue(object, { defaultStoreKind: "ClusterValueStore" }),
  ValueStore: parseStore,
  ClusterValueStore: parseStore,
};

const directory = fileURLToPath(new URL("../../examples/", import.meta.url));
const documents = readdirSync(directory)
  .filter((file) => file.endsWith(".yaml"))
  .flatMap((file) => parseAllDocuments(readFileSync(`${directory}${file}`, "utf8")))
  .map((document) => document.toJS())
  .filter(({ kind }) => Object.hasOwn(parsers, kind))
  .map((object) => ({ object, kind: object.kind as Kind, missing: findUnsupported(object.kind, object) }));

describe("examples", () => {
  it.each(documents)(
    "$kind/$object.metadata.name is parsed, or refused for what has no code yet",
    ({ object, kind, missing }) => {
      const parsed = parsers[kind](object);
      expect(parsed).toMatchObject(missing.length === 0 ? { ok: true } : { ok: false, findings: missing });
    },
  );

  it("show every field that has no code yet, so that each is seen to be refused", () => {
    const shown = new Set(documents.flatMap(({ kind, missing }) => missing.map(({ field }) => `${kind} ${field}`)));
    const listed = Object.entries(unsupportedFields).flatMap(([kind, paths]) => paths.map((path) => `${kind} ${path}`));
    expect(listed.filter((field) => !shown.has(field))).toEqual([]);
  });
});
