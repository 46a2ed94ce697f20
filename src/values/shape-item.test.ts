import { describe, expect, it, test } from "@jest/globals";
import fc from "fast-check";
import type { DataItem } from "../api/model.ts";
import type { SourceValue } from "../api/source.ts";
import { shapeItem } from "./shape-item.ts";
import { context, item, parameter, secret } from "./testing/samples.ts";

const jsonKey = (name: string): DataItem["extract"] => ({ kind: "jsonKey", jsonKey: name });
const jmesPath = (expression: string): DataItem["extract"] => ({ kind: "jmesPath", jmesPath: expression });
const bytes = (...list: number[]): Uint8Array => Uint8Array.from(list);

describe("what a right item gives", () => {
  const db =
    '{ "password": "p w", "port": 5432, "id": 12345678901234567890, "ratio": 1.50, "big": 1E400, "on": true,\n  "db": { "hosts": [ "a", {"n": 2.0} ], "a/b": 1, "m~n": 2 }, "/x": "slash", "__proto__": "own", "": "empty" }';
  const cases: readonly [string, Partial<DataItem>, SourceValue, string | Uint8Array][] = [
    ["whole text", {}, secret("s3cret\n"), "s3cret\n"],
    ["a StringList as it stands", {}, parameter("/a", "x,y", { type: "StringList" }), "x,y"],
    ["binary as bytes", {}, secret(bytes(0, 255)), bytes(0, 255)],
    ["binary that is UTF-8 stays bytes", {}, secret(bytes(104, 105)), bytes(104, 105)],
    ["NUL and CR", {}, secret("a\0b\r\n"), "a\0b\r\n"],
    ["65,536 bytes", {}, secret("x".repeat(65_536)), "x".repeat(65_536)],
    ["empty text", {}, secret(""), ""],
    ["jsonKey: a string", { extract: jsonKey("password") }, secret(db), "p w"],
    ["jsonKey: a number", { extract: jsonKey("port") }, secret(db), "5432"],
    ["jsonKey: 20 digits", { extract: jsonKey("id") }, secret(db), "12345678901234567890"],
    ["jsonKey: a number's zeros", { extract: jsonKey("ratio") }, secret(db), "1.50"],
    ["jsonKey: a number beyond a double", { extract: jsonKey("big") }, secret(db), "1E400"],
    ["jsonKey: a boolean", { extract: jsonKey("on") }, secret(db), "true"],
    ["jsonKey: an object", { extract: jsonKey("db") }, secret(db), '{"hosts":["a",{"n":2.0}],"a/b":1,"m~n":2}'],
    ["jsonKey: __proto__", { extract: jsonKey("__proto__") }, secret(db), "own"],
    ["jsonKey: an empty name", { extract: jsonKey("") }, secret(db), "empty"],
    ["jsonKey: a pointer", { extract: jsonKey("/db/hosts/0") }, secret(db), "a"],
    ["jsonKey: a pointer with escapes", { extract: jsonKey("/db/a~1b") }, secret(db), "1"],
    ["jsonKey: a pointer with a tilde", { extract: jsonKey("/db/m~0n") }, secret(db), "2"],
    ["jsonKey: a literal leading slash", { extract: jsonKey("/~1x") }, secret(db), "slash"],
    ["jsonKey: in bytes", { extract: jsonKey("a") }, secret(Buffer.from('{"a":"b"}')), "b"],
    ["jsonKey: behind a byte order mark", { extract: jsonKey("a") }, secret('\uFEFF{"a":"b"}'), "b"],
    ["jsonKey: a dot is no path", { extract: jsonKey("a.b") }, secret('{"a":{"b":1},"a.b":2}'), "2"],
    ["jmesPath: a string", { extract: jmesPath("db.hosts[0]") }, secret(db), "a"],
    ["jmesPath: 20 digits", { extract: jmesPath("id") }, secret(db), "12345678901234567890"],
    ["jmesPath: compact", { extract: jmesPath("db.hosts") }, secret(db), '["a",{"n":2.0}]'],
    ["decode: Base64", { decode: "Base64" }, secret("aGk="), "hi"],
    ["decode: Base64 of bytes", { decode: "Base64" }, secret("AP8="), bytes(0, 255)],
    ["decode: Base64 in lines", { decode: "Base64" }, secret("aGVs\r\nbG8=\n"), "hello"],
    ["decode: Base64 of a JSON key", { extract: jsonKey("c"), decode: "Base64" }, secret('{"c":"aGk="}'), "hi"],
    ["decode: Base64URL", { decode: "Base64URL" }, secret("_-8"), bytes(255, 239)],
    ["decode: Auto takes Base64", { decode: "Auto" }, secret("aGk="), "hi"],
    ["decode: Auto takes Base64URL", { decode: "Auto" }, secret("_-8="), bytes(255, 239)],
    ["decode: Auto leaves text", { decode: "Auto" }, secret("p@ss"), "p@ss"],
    ["decode: Auto leaves what is not canonical", { decode: "Auto" }, secret("aGl="), "aGl="],
    ["decode: Auto leaves a JSON number", { extract: jsonKey("n"), decode: "Auto" }, secret('{"n":1234}'), "1234"],
    ["tag", { extract: { kind: "tag", tag: "owner" } }, secret("x", { tags: { owner: "team a" } }), "team a"],
    [
      "all tags",
      { extract: { kind: "tag", tag: "*" } },
      secret("x", { tags: { b: '"', a: "1", "10": "" } }),
      '{"10":"","a":"1","b":"\\""}',
    ],
    ["no tags at all", { extract: { kind: "tag", tag: "*" } }, secret("x"), "{}"],
  ];
  test.each(cases)("%s", async (_name, part, value, content) => {
    expect(await shapeItem(item(part), value, context)).toMatchObject({ ok: true, value: { key: "KEY", content } });
  });
});

describe("what is refused, with the exact words", () => {
  const cases: readonly [string, Partial<DataItem>, SourceValue, string, string][] = [
    [
      "no JSON",
      { extract: jsonKey("a") },
      secret("hunter2"),
      "ValueInvalid",
      "key KEY: the value is not valid JSON; it starts as plain text, so leave jsonKey and jmesPath out to take it whole",
    ],
    [
      "broken JSON",
      { extract: jsonKey("a") },
      secret('{"a":'),
      "ValueInvalid",
      "key KEY: the value is not valid JSON; check quotes, commas and brackets",
    ],
    [
      "empty JSON",
      { extract: jsonKey("a") },
      secret(" "),
      "ValueInvalid",
      "key KEY: the value is not valid JSON; it is empty",
    ],
    [
      "bytes for JSON",
      { extract: jsonKey("a") },
      secret(bytes(255)),
      "ValueInvalid",
      "key KEY: the value is not JSON, since it is not UTF-8 text",
    ],
    [
      "a missing jsonKey",
      { extract: jsonKey("pasword") },
      secret('{"user":"u","password":"hunter2"}'),
      "ValueNotFound",
      'key KEY: jsonKey "pasword" is not there; the JSON object has "password", "user"',
    ],
    [
      "a missing jsonKey in nothing",
      { extract: jsonKey("a") },
      secret("{}"),
      "ValueNotFound",
      'key KEY: jsonKey "a" is not there; the JSON object is empty',
    ],
    [
      "a prototype's name",
      { extract: jsonKey("constructor") },
      secret("{}"),
      "ValueNotFound",
      'key KEY: jsonKey "constructor" is not there; the JSON object is empty',
    ],
    [
      "jsonKey in a list",
      { extract: jsonKey("a") },
      secret("[1]"),
      "ValueInvalid",
      'key KEY: jsonKey "a" needs a JSON object to look into, and there is none',
    ],
    [
      "jsonKey twice",
      { extract: jsonKey("a") },
      secret('{"a":1,"\\u0061":2}'),
      "ValueInvalid",
      'key KEY: jsonKey "a" stands 2 times in the JSON object; keep one',
    ],
    [
      "null",
      { extract: jsonKey("a") },
      secret('{"a":null}'),
      "ValueInvalid",
      "key KEY: the JSON has null there; give it a value or leave it out",
    ],
    [
      "a pointer that misses",
      { extract: jsonKey("/a/b/c") },
      secret('{"a":{"x":1}}'),
      "ValueNotFound",
      'key KEY: jsonKey "/a/b" is not there; the JSON object has "x"',
    ],
    [
      "a pointer beyond a list",
      { extract: jsonKey("/a/2") },
      secret('{"a":[1,2]}'),
      "ValueNotFound",
      'key KEY: jsonKey "/a/2" names no element of an array of 2',
    ],
    [
      "a pointer with a bad tilde",
      { extract: jsonKey("/a~2") },
      secret("{}"),
      "SpecInvalid",
      'key KEY: jsonKey "/a~2" must be a JSON Pointer, where "~" is written "~0" and "/" "~1"',
    ],
    [
      "half a surrogate pair",
      { extract: jsonKey("a") },
      secret('{"a":"\\ud800"}'),
      "ValueInvalid",
      "key KEY: the text holds half of a surrogate pair, which cannot be written as UTF-8",
    ],
    [
      "jmesPath that finds nothing",
      { extract: jmesPath("a.b") },
      secret("{}"),
      "ValueNotFound",
      "key KEY: jmesPath finds nothing, or null, in the JSON",
    ],
    [
      "jmesPath that is none",
      { extract: jmesPath("a[") },
      secret("{}"),
      "SpecInvalid",
      "key KEY: jmesPath must be a JMESPath expression: Syntax error: expected Star, got: EOF",
    ],
    [
      "jmesPath that does not fit",
      { extract: jmesPath("sum(a)") },
      secret('{"a":["hunter2"]}'),
      "ValueInvalid",
      "key KEY: jmesPath does not fit the JSON: Invalid type: sum() expected argument 1 to be type (Array<number>) but received type array instead.",
    ],
    [
      "jmesPath and numbers it cannot tell apart",
      { extract: jmesPath("[?@ == `9007199254740993`]") },
      secret("[9007199254740993, 9007199254740992.0]"),
      "ValueInvalid",
      "key KEY: the JSON has numbers too long for JMESPath to tell apart; use jsonKey",
    ],
    [
      "not Base64",
      { decode: "Base64" },
      secret("p@ss"),
      "ValueInvalid",
      "key KEY: the value is not Base64; use decode: None to take it as it is",
    ],
    [
      "Base64 cut short",
      { decode: "Base64" },
      secret("aGk"),
      "ValueInvalid",
      "key KEY: the value is not Base64, but it is Base64URL or lacks padding; use decode: Base64URL",
    ],
    [
      "not Base64URL",
      { decode: "Base64URL" },
      secret("a+b="),
      "ValueInvalid",
      "key KEY: the value is not Base64URL; use decode: None to take it as it is",
    ],
    [
      "decode of bytes",
      { decode: "Base64" },
      secret(bytes(255)),
      "ValueInvalid",
      "key KEY: decode: Base64 needs text, and the value holds bytes; use decode: None",
    ],
    [
      "decode of a number",
      { extract: jsonKey("n"), decode: "Base64" },
      secret('{"n":1234}'),
      "ValueInvalid",
      "key KEY: decode: Base64 needs a JSON string, and this is a number, a boolean, an object or an array",
    ],
    [
      "a missing tag",
      { extract: { kind: "tag", tag: "owner" } },
      secret("x", { tags: { team: "a" } }),
      "ValueNotFound",
      'key KEY: prod/db has no tag "owner"; it has "team"',
    ],
    [
      "a tag of nothing",
      { extract: { kind: "tag", tag: "constructor" } },
      secret("x"),
      "ValueNotFound",
      'key KEY: prod/db has no tag "constructor"; it has no tags',
    ],
    [
      "a key with a slash",
      { key: "a/b" },
      secret("x"),
      "SpecInvalid",
      'key a/b: "a/b" cannot be a key: it must consist of letters, digits, "-", "_" and ".", and has "/"; correct spec.data[0].key',
    ],
    [
      "a secret in a ConfigMap",
      { to: "ConfigMap" },
      secret("x"),
      "SpecInvalid",
      "key KEY: a Secrets Manager value may not go into a ConfigMap; use to: Secret, or declare it harmless with sensitive: false",
    ],
    [
      "a SecureString in a ConfigMap",
      { to: "ConfigMap" },
      parameter("/a", "x", { type: "SecureString" }),
      "SpecInvalid",
      "key KEY: a SecureString may not go into a ConfigMap; use to: Secret, or declare it harmless with sensitive: false",
    ],
    [
      "sensitive: true in a ConfigMap",
      { to: "ConfigMap", sensitive: true },
      parameter("/a", "x"),
      "SpecInvalid",
      "key KEY: sensitive: true may not go into a ConfigMap; use to: Secret",
    ],
  ];
  test.each(cases)("%s", async (...[, part, value, reason, message]) => {
    expect(await shapeItem(item(part), value, context)).toEqual({ ok: false, failure: { reason, message } });
  });

  it("refuses sensitive: false where the store does, whatever the route", async () => {
    const strict = { ...context, allowDeclassification: false };
    const harmless = item({ sensitive: false });
    expect(await shapeItem(harmless, secret("x"), strict)).toEqual({
      ok: false,
      failure: {
        reason: "NotAllowedByStore",
        message:
          "key KEY: the store has allowDeclassification: false, which forbids sensitive: false on a Secrets Manager value",
      },
    });
    expect(await shapeItem(harmless, parameter("/a", "x"), strict)).toMatchObject({ ok: true });
  });
});

describe("sensitivity and source", () => {
  const cases: readonly [string, Partial<DataItem>, SourceValue, object][] = [
    ["a secret", {}, secret("x"), { sensitive: true, source: "secretsmanager:prod/db" }],
    [
      "a String",
      { ref: { kind: "parameter", name: "/a", selector: { version: 3 } } },
      parameter("/a", "x"),
      { sensitive: false, source: "parameterstore:/a:3" },
    ],
    ["a SecureString", {}, parameter("/a", "x", { type: "SecureString" }), { sensitive: true }],
    ["declared harmless", { sensitive: false, to: "ConfigMap" }, secret("x"), { sensitive: false, to: "ConfigMap" }],
    ["declared sensitive", { sensitive: true }, parameter("/a", "x"), { sensitive: true }],
    [
      "a tag of a secret",
      { extract: { kind: "tag", tag: "t" }, to: "ConfigMap" },
      secret("x", { tags: { t: "v" } }),
      { sensitive: false, source: "secretsmanager:prod/db#tag:t" },
    ],
    [
      "a stage",
      { ref: { kind: "secret", secretId: "s", versionStage: "AWSPREVIOUS" }, extract: jsonKey("a") },
      secret('{"a":1}'),
      { source: "secretsmanager:s:AWSPREVIOUS#a" },
    ],
  ];
  test.each(cases)("%s", async (_name, part, value, expected) => {
    expect(await shapeItem(item(part), value, context)).toMatchObject({ ok: true, value: expected });
  });
});

describe("properties", () => {
  it("gives every member of any JSON object as JSON.parse would, whatever its name", async () => {
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(4), async (object, indent) => {
        const json = JSON.stringify(object, null, indent);
        for (const [name, expected] of Object.entries(object)) {
          const pointer = `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
          const result = await shapeItem(item({ extract: jsonKey(pointer) }), secret(json), context);
          expect(result.ok ? result.value.content : null).toEqual(contentLike(expected));
        }
      }),
    );
  });

  it("keeps every digit of any number", async () => {
    const number = fc.stringMatching(/^-?(0|[1-9]\d{0,30})(\.\d{1,20})?([eE][+-]?\d{1,3})?$/);
    await fc.assert(
      fc.asyncProperty(number, async (digits) => {
        for (const extract of [jsonKey("n"), jmesPath("n")]) {
          const result = await shapeItem(item({ extract }), secret(`{"n": ${digits}}`), context);
          expect(result).toMatchObject({ value: { content: digits } });
        }
      }),
    );
  });

  it("decodes whatever bytes were encoded", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array(), async (raw) => {
        for (const [decode, encoding] of [
          ["Base64", "base64"],
          ["Base64URL", "base64url"],
        ] as const) {
          const encoded = Buffer.from(raw).toString(encoding);
          const result = await shapeItem(item({ decode }), secret(encoded), context);
          if (!result.ok) throw new Error(result.failure.message);
          expect(Buffer.from(result.value.content)).toEqual(Buffer.from(raw));
        }
      }),
    );
  });

  it("never tells a value in a refusal", async () => {
    const canary = "c4n4ry-v4lu3";
    const text = fc.constantFrom(canary, `{"a":"${canary}"`, `{"a":["${canary}"]}`, `["${canary}"]`, `"${canary}"`);
    const extract = fc.constantFrom<DataItem["extract"]>(
      jsonKey("b"),
      jsonKey("/a/b"),
      jmesPath("sum(a)"),
      jmesPath("a.b"),
      jmesPath("to_number(a)"),
      jmesPath("avg(@)"),
      { kind: "whole" },
    );
    const decode = fc.constantFrom<DataItem["decode"]>("None", "Base64", "Base64URL");
    await fc.assert(
      fc.asyncProperty(text, extract, decode, async (content, taken, decoding) => {
        const result = await shapeItem(item({ extract: taken, decode: decoding }), secret(content), context);
        if (!result.ok) expect(result.failure.message).not.toContain(canary);
      }),
    );
  });
});

/** What a key should hold of a JSON value, by JSON.parse's reckoning; null where it should be refused. */
function contentLike(value: unknown): string | null {
  if (value === null || typeof value === "string") return value;
  return JSON.stringify(value);
}
