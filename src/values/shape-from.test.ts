import { describe, expect, it, test } from "@jest/globals";
import fc from "fast-check";
import type { DataFromItem } from "../api/model.ts";
import type { SourceValue } from "../api/source.ts";
import { createTurns } from "../event-loop/turns.ts";
import { shapeFrom } from "./shape-from.ts";
import { context, from, parameter, secret } from "./testing/samples.ts";

type Part = Parameters<typeof from>[0];

const json: Part = { ref: { kind: "secret", secretId: "prod/db" } };
const byPrefix: Part = { ref: { kind: "secretsByFilter", namePrefix: "prod/checkout-" } };
const byTags: Part = { ref: { kind: "parametersByTags", tags: { team: "shop" } } };
const two = [parameter("/shop/prod/db/host", "h"), parameter("/shop/prod/db/port", "1")];

const contents = async (item: DataFromItem, values: readonly SourceValue[]): Promise<Record<string, unknown>> => {
  const result = await shapeFrom(item, values, context);
  if (!result.ok) throw new Error(result.failure.message);
  return Object.fromEntries(result.value.map(({ key, content }) => [key, content]));
};

describe("the keys that come of it", () => {
  const cases: readonly [string, Part, readonly SourceValue[], Record<string, string>][] = [
    ["Relative, below the path", {}, two, { db_host: "h", db_port: "1" }],
    [
      "Relative, a path with a slash behind",
      { ref: { kind: "parametersByPath", path: "/shop/", recursive: true } },
      two,
      { prod_db_host: "h", prod_db_port: "1" },
    ],
    [
      "Relative, the root",
      { ref: { kind: "parametersByPath", path: "/", recursive: true } },
      two,
      { shop_prod_db_host: "h", shop_prod_db_port: "1" },
    ],
    [
      "Relative, below the last slash of the prefix",
      byPrefix,
      [secret("x", { name: "prod/checkout-db/main" })],
      { "checkout-db_main": "x" },
    ],
    ["Relative, by tags", byTags, two, { shop_prod_db_host: "h", shop_prod_db_port: "1" }],
    [
      "Env",
      { keys: { format: "Env" } },
      [
        parameter("/shop/prod/dbHost", "a"),
        parameter("/shop/prod/my-app/HTTPPort.v2", "b"),
        parameter("/shop/prod/2nd", "c"),
      ],
      { DB_HOST: "a", MY_APP_HTTP_PORT_V2: "b", _2ND: "c" },
    ],
    ["Full", { keys: { format: "Full" } }, two, { shop_prod_db_host: "h", shop_prod_db_port: "1" }],
    ["Base", { keys: { format: "Base" } }, two, { host: "h", port: "1" }],
    ["include", { keys: { include: ["^db_h", "nothing"] } }, two, { db_host: "h" }],
    ["exclude", { keys: { exclude: ["host$"] } }, two, { db_port: "1" }],
    [
      "include and exclude see the key as formatted",
      { keys: { format: "Env", include: ["^DB_"], exclude: ["PORT"] } },
      two,
      { DB_HOST: "h" },
    ],
    [
      "rewrite with a numbered group",
      { keys: { rewrite: [{ match: "^db_(.*)", replace: "$1_X" }] } },
      two,
      { host_X: "h", port_X: "1" },
    ],
    [
      "rewrite with a named group",
      { keys: { rewrite: [{ match: "(?<a>db)_(?P<b>.*)", replace: `\${b}.\${a}` }] } },
      two,
      { "host.db": "h", "port.db": "1" },
    ],
    [
      "rewrites one after another",
      {
        keys: {
          rewrite: [
            { match: "db", replace: "x" },
            { match: "x_", replace: "" },
          ],
        },
      },
      two,
      { host: "h", port: "1" },
    ],
    [
      "every match is rewritten",
      { keys: { rewrite: [{ match: "[aeiou]", replace: "" }] } },
      [parameter("/shop/prod/banana", "x")],
      { bnn: "x" },
    ],
    [
      "$0 and a group that took no part",
      { keys: { rewrite: [{ match: "^(x)?db", replace: "$0$1-" }] } },
      two,
      { "db-_host": "h", "db-_port": "1" },
    ],
    [
      "a JSON secret",
      json,
      [secret('{"user":"u","id":12345678901234567890,"o":{"a": 1.0}}')],
      { user: "u", id: "12345678901234567890", o: '{"a":1.0}' },
    ],
    ["a JSON parameter", { ref: { kind: "parameter", name: "/a" } }, [parameter("/a", '{"a/b":"c"}')], { a_b: "c" }],
    ["a JSON secret below jsonKey", { ...json, jsonKey: "db" }, [secret('{"db":{"user":"u"}}')], { user: "u" }],
    ["a JSON secret below a pointer", { ...json, jsonKey: "/db/0" }, [secret('{"db":[{"user":"u"}]}')], { user: "u" }],
    [
      "jsonKey out of each match",
      { ...byPrefix, jsonKey: "p" },
      [secret('{"p":"1"}', { name: "prod/checkout-a" })],
      { "checkout-a": "1" },
    ],
    ["decode", { ...json, decode: "Base64" }, [secret('{"a":"aGk="}')], { a: "hi" }],
    [
      "what is excluded need not be right",
      { ...json, keys: { exclude: ["^n$"] } },
      [secret('{"n":null,"a":"b"}')],
      { a: "b" },
    ],
    [
      "names of prototypes",
      json,
      [secret('{"__proto__":"a","constructor":"b"}')],
      { ["__proto__"]: "a", constructor: "b" },
    ],
    [
      "Last wins, in the order of names",
      { keys: { format: "Base", onConflict: "Last" } },
      [parameter("/shop/prod/b/x", "2"), parameter("/shop/prod/a/x", "1")],
      { x: "2" },
    ],
    ["optional and nothing there", { optional: true }, [], {}],
    ["optional and all filtered away", { optional: true, keys: { include: ["^z"] } }, two, {}],
  ];
  test.each(cases)("%s", async (_name, part, values, expected) => {
    const actual = await contents(from(part), values);
    expect(Object.entries(actual).sort()).toEqual(Object.entries(expected).sort());
  });
});

describe("where they go", () => {
  it("routes ByType by the type of each value", async () => {
    const values = [
      parameter("/shop/prod/a", "1"),
      parameter("/shop/prod/b", "2", { type: "SecureString" }),
      parameter("/shop/prod/c", "3", { type: "StringList" }),
    ];
    const result = await shapeFrom(from({ to: "ByType" }), values, context);
    expect(result).toMatchObject({
      value: [
        { key: "a", to: "ConfigMap", sensitive: false },
        { key: "b", to: "Secret", sensitive: true },
        { key: "c", to: "ConfigMap", sensitive: false },
      ],
    });
  });

  it("keeps a SecureString in the Secret under ByType, also where it is declared harmless", async () => {
    const values = [parameter("/shop/prod/b", "2", { type: "SecureString" })];
    const result = await shapeFrom(from({ to: "ByType", sensitive: false }), values, context);
    expect(result).toMatchObject({ value: [{ to: "Secret", sensitive: false }] });
  });

  it("names the source of each key", async () => {
    const find = await shapeFrom(from(), two, context);
    expect(find).toMatchObject({ value: [{ source: "parameterstore:/shop/prod/db/host" }, {}] });
    const members = await shapeFrom(from({ ...json, jsonKey: "a/b" }), [secret('{"a/b":{"c~d":1}}')], context);
    // The key is refused for its name, which shows where it comes from.
    expect(members).toMatchObject({
      failure: { message: expect.stringContaining("secretsmanager:prod/db#/a~1b/c~0d") },
    });
  });
});

describe("what is refused, with the exact words", () => {
  const ours = "spec.dataFrom[0]";
  const cases: readonly [string, Part, readonly SourceValue[], string, string][] = [
    [
      "nothing found",
      {},
      [],
      "ValueNotFound",
      `${ours}: there is no parameter under /shop/prod; correct the path, or set optional: true`,
    ],
    [
      "nothing found at the path itself",
      { ref: { kind: "parametersByPath", path: "/shop/prod", recursive: false } },
      [],
      "ValueNotFound",
      `${ours}: there is no parameter under /shop/prod; correct the path, set recursive: true for those at deeper paths, or set optional: true`,
    ],
    [
      "no secret found",
      { ref: { kind: "secretsByFilter", namePrefix: "prod/" } },
      [],
      "ValueNotFound",
      `${ours}: there is no secret named prod/*; correct namePrefix or tags, or set optional: true`,
    ],
    [
      "all filtered away",
      { keys: { include: ["^z"] } },
      two,
      "ValueNotFound",
      `${ours}: keys.include and keys.exclude leave none of 2 names; correct them, or set optional: true`,
    ],
    [
      "no JSON",
      json,
      [secret("hunter2")],
      "ValueInvalid",
      `${ours}: the value is not valid JSON; it starts as plain text, so leave jsonKey and jmesPath out to take it whole`,
    ],
    [
      "JSON that is no object",
      json,
      [secret('["hunter2"]')],
      "ValueInvalid",
      `${ours}: the value must be a JSON object, and is JSON of another kind`,
    ],
    [
      "a name twice",
      json,
      [secret('{"a":"1","a":"2"}')],
      "ValueInvalid",
      `${ours}: "a" stands more than once in the JSON object; keep one`,
    ],
    [
      "null",
      json,
      [secret('{"a":null}')],
      "ValueInvalid",
      `${ours}: key a: the JSON has null there; give it a value or leave it out`,
    ],
    [
      "a missing jsonKey",
      { ...json, jsonKey: "x" },
      [secret('{"a":{}}')],
      "ValueNotFound",
      `${ours}: jsonKey "x" is not there; the JSON object has "a"`,
    ],
    [
      "two names for one key",
      { keys: { format: "Env" } },
      [parameter("/shop/prod/db-host", "1"), parameter("/shop/prod/db/host", "2")],
      "KeyConflict",
      `${ours}: key DB_HOST comes from parameterstore:/shop/prod/db-host and from parameterstore:/shop/prod/db/host; rename one with keys.rewrite, leave one out, or let the last one win with keys.onConflict: Last`,
    ],
    [
      "a name that cannot be a key",
      json,
      [secret('{"a b":"1"}')],
      "ValueInvalid",
      `${ours}: secretsmanager:prod/db#a b: "a b" cannot be a key: it must consist of letters, digits, "-", "_" and ".", and has " "; rewrite it with keys.rewrite, or leave it out with keys.exclude`,
    ],
    [
      "a rewrite to nothing",
      { keys: { rewrite: [{ match: ".*", replace: "" }] } },
      [parameter("/shop/prod/a", "1")],
      "ValueInvalid",
      `${ours}: parameterstore:/shop/prod/a: "" cannot be a key: it is empty; rewrite it with keys.rewrite, or leave it out with keys.exclude`,
    ],
    [
      "a rewrite that doubles",
      { keys: { rewrite: Array.from({ length: 16 }, () => ({ match: "(.+)", replace: "$1$1" })) } },
      [parameter("/shop/prod/ab", "1")],
      "ValueInvalid",
      `${ours}: parameterstore:/shop/prod/ab: "${"ab".repeat(30)}…" cannot be a key: it has 4096 characters, and must have at most 253; rewrite it with keys.rewrite, or leave it out with keys.exclude`,
    ],
    [
      "a pattern that is none",
      { keys: { include: ["ok", "("] } },
      two,
      "SpecInvalid",
      `${ours}.keys.include[1] must be an RE2 pattern: missing closing ): \`(\``,
    ],
    [
      "a pattern that RE2 lacks",
      { keys: { exclude: ["(?=a)"] } },
      two,
      "SpecInvalid",
      `${ours}.keys.exclude[0] must be an RE2 pattern: invalid or unsupported Perl syntax: \`(?=\``,
    ],
    [
      "a group that is not there",
      { keys: { rewrite: [{ match: "a", replace: "$1" }] } },
      two,
      "SpecInvalid",
      `${ours}.keys.rewrite[0].replace must name a group that match has: it has no group "1"`,
    ],
    [
      "a dollar alone",
      { keys: { rewrite: [{ match: "a", replace: "$x" }] } },
      two,
      "SpecInvalid",
      `${ours}.keys.rewrite[0].replace must use "$" as $1, \${1} or \${name}, and write a plain "$" as "$$"`,
    ],
    [
      "secrets in a ConfigMap",
      { ...json, to: "ConfigMap" },
      [secret('{"a":"1"}')],
      "SpecInvalid",
      `${ours}: key a: a Secrets Manager value may not go into a ConfigMap; use to: Secret, or declare it harmless with sensitive: false`,
    ],
    [
      "a number under decode",
      { ...json, decode: "Base64" },
      [secret('{"a":1}')],
      "ValueInvalid",
      `${ours}: key a: decode: Base64 needs a JSON string, and this is a number, a boolean, an object or an array`,
    ],
  ];
  test.each(cases)("%s", async (...[, part, values, reason, message]) => {
    expect(await shapeFrom(from(part), values, context)).toEqual({ ok: false, failure: { reason, message } });
  });
});

describe("hostile input", () => {
  const quickly = async <T>(work: () => Promise<T>): Promise<T> => {
    const started = performance.now();
    const result = await work();
    expect(performance.now() - started).toBeLessThan(2000);
    return result;
  };

  it("takes linear time for a pattern that backtracks elsewhere", async () => {
    const item = from({ ...json, keys: { rewrite: [{ match: "^(a+)+$", replace: "x" }] } });
    const result = await quickly(() => shapeFrom(item, [secret(`{"${"a".repeat(200)}!":"1"}`)], context));
    expect(result).toMatchObject({ failure: { reason: "ValueInvalid" } });
  });

  it("does not run patterns over names of 60,000 characters", async () => {
    const item = from({ ...json, keys: { include: ["(.{0,500}){2}x$"] } });
    const result = await quickly(() => shapeFrom(item, [secret(`{"${"a".repeat(60_000)}":"1"}`)], context));
    expect(result).toMatchObject({ failure: { message: expect.stringContaining("it has 60000 characters") } });
  });

  it("takes JSON of 64 KB nested 10,000 deep as text", async () => {
    const deep = `${"[".repeat(10_000)}"${"x".repeat(45_000)}"${"]".repeat(10_000)}`;
    expect(await quickly(() => contents(from(json), [secret(`{"deep": ${deep}}`)]))).toEqual({ deep });
  });

  it("lets the event loop run while it shapes 10,000 names against slow patterns", async () => {
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    const values = Array.from({ length: 10_000 }, (_, index) =>
      parameter(`/shop/prod/${"k".repeat(100)}${index}`, "x"),
    );
    const shared = { ...context, turns: createTurns({ now: () => performance.now() }) };
    await shapeFrom(from({ keys: { include: ["(k|kk|kkk)+[0-9]+$"] } }), values, shared);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(3);
  });
});

describe("properties", () => {
  const name = fc.stringMatching(/^[a-zA-Z0-9_.-]{1,8}(\/[a-zA-Z0-9_.-]{1,8}){0,2}$/);
  const format = fc.constantFrom<DataFromItem["keys"]["format"]>("Relative", "Env", "Full", "Base");

  it("loses no name silently: every match is a key, or the failure names one", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name, { minLength: 1, maxLength: 20 }), format, async (names, asked) => {
        const values = names.map((part) => parameter(`/shop/prod/${part}`, part));
        const result = await shapeFrom(from({ keys: { format: asked } }), values, context);
        if (result.ok) expect(result.value.map(({ content }) => content).sort()).toEqual([...names].sort());
        else expect(["KeyConflict", "ValueInvalid"]).toContain(result.failure.reason);
      }),
    );
  });

  it("gives the same keys whatever the order of the matches", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(name, { maxLength: 10 }), format, async (names, asked) => {
        const item = from({ optional: true, keys: { format: asked, onConflict: "Last" } });
        const values = names.map((part) => parameter(`/shop/prod/${part}`, part));
        expect(await shapeFrom(item, values, context)).toEqual(await shapeFrom(item, values.toReversed(), context));
      }),
    );
  });

  it("gives Env keys that envFrom takes", async () => {
    await fc.assert(
      fc.asyncProperty(name, async (part) => {
        const item = from({ keys: { format: "Env" } });
        const [key = ""] = Object.keys(await contents(item, [parameter(`/shop/prod/${part}`, "x")]));
        expect(key).toMatch(/^[A-Z_][A-Z0-9_]*$/);
      }),
    );
  });
});
