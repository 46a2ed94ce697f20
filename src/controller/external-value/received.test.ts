import { expect, it } from "@jest/globals";
import { createReceived } from "./received.ts";

const metadata = { name: "app", namespace: "shop", uid: "u", resourceVersion: "1" };
const rows = [
  { key: "A", to: "Secret", source: "parameterstore:/a", version: "1", state: "Synced", origin: "eu-west-1/reader" },
  { key: "B", to: "Secret", source: "parameterstore:/b", state: "NotFound" },
];

it("keeps all that is read of an ExternalValue, and drops the managed fields", () => {
  const received = createReceived();
  const object = { metadata: { ...metadata, managedFields: [{}] }, spec: { data: [] }, status: { values: rows } };
  const copy = structuredClone({ metadata, spec: { data: [] }, status: { values: rows } });
  expect(received(object)).toEqual(copy);
  // Once more, with texts that are known by now.
  expect(received(structuredClone(object))).toEqual(copy);
});

it.each([{ status: undefined }, { status: {} }, { status: { values: [] } }])(
  "takes an object without rows: %j",
  (more) => {
    expect(createReceived()({ metadata, ...more })).toEqual({ metadata, ...more });
  },
);
