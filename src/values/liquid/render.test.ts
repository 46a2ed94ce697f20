import { createHmac } from "node:crypto";
import { describe, expect, it, test } from "@jest/globals";
import { compareSync } from "bcryptjs";
import fc from "fast-check";
import type { Content } from "../contract.ts";
import { createRenderer } from "./render.ts";

const render = createRenderer();

/** The output of one template, or its failure's message. */
function run(
  source: string,
  variables: Record<string, Content> = {},
  job: { forbidden?: string[]; uid?: string } = {},
): Content {
  const result = render(
    {
      templates: [["t", source]],
      variables: Object.entries(variables),
      forbidden: job.forbidden ?? [],
      uid: job.uid ?? "uid-1",
    },
    () => undefined,
  );
  if (!result.ok) return `${result.failure.reason}: ${result.failure.message}`;
  return result.value[0]?.[1] ?? "";
}

const json = '{"db":{"host":"h","id":12345678901234567890,"list":[1,2.50]},"on":true}';
const variables = {
  USER: "ann",
  PASSWORD: "hunter2",
  ODD: "a b&c/é",
  "app.yaml": "k: v",
  JSON: json,
  BYTES: Uint8Array.of(0, 255),
};

describe("what templates give", () => {
  const cases: readonly [string, string, Content][] = [
    ["a variable", "<{{ USER }}>", "<ann>"],
    ["any key through values", '{{ values["app.yaml"] }}', "k: v"],
    ["an absent key with a default", '{{ values["NONE"] | default: "d" }}', "d"],
    ["an absent key in a condition", '{% if values["NONE"] %}y{% else %}n{% endif %}', "n"],
    ["a loop", "{% for v in values %}{{ v[0] }} {% endfor %}", "USER PASSWORD ODD app.yaml JSON BYTES "],
    ["an assignment", "{% assign x = USER | upcase %}{{ x }}", "ANN"],
    ["bytes as the whole template", "{{ BYTES }}", Uint8Array.of(0, 255)],
    ["bytes with a line break behind", "{{ BYTES }}\n", Uint8Array.of(0, 255)],
    ["base64_encode", "{{ ODD | base64_encode }}", "YSBiJmMvw6k="],
    ["base64_encode of bytes", "{{ BYTES | base64_encode }}", "AP8="],
    ["base64_decode", '{{ "aGk=" | base64_decode }}', "hi"],
    ["base64_decode to bytes", '{{ "AP8=" | base64_decode }}', Uint8Array.of(0, 255)],
    ["base64url_encode", "{{ BYTES | base64url_encode }}", "AP8"],
    ["base64url_decode", '{{ "aGk" | base64url_decode }}', "hi"],
    ["hex", "{{ BYTES | hex }}", "00ff"],
    ["url_encode as encodeURIComponent does", "{{ ODD | url_encode }}", encodeURIComponent("a b&c/é")],
    ["url_decode", '{{ "a%20b" | url_decode }}', "a b"],
    ["json", "{{ ODD | json }}", '"a b&c/é"'],
    ["json keeps digits", "{{ JSON | from_json | json }}", json],
    [
      "a number keeps its digits",
      "{% assign o = JSON | from_json %}{{ o.db.id }} {{ o.db.list[1] }}",
      "12345678901234567890 2.50",
    ],
    ["json_path as JMESPath", '{{ JSON | json_path: "db.host" }}', "h"],
    ["json_path as JSONPath's simple form", '{{ JSON | json_path: "$.db.list[0]" }}', "1"],
    ["json_path as JSON Pointer", '{{ JSON | json_path: "/db/id" }}', "12345678901234567890"],
    ["json_path of a parsed value", '{{ JSON | from_json | json_path: "db.list" | json }}', "[1,2.50]"],
    [
      "to_yaml",
      "{{ JSON | from_json | to_yaml }}",
      "db:\n  host: h\n  id: 12345678901234567890\n  list:\n    - 1\n    - 2.5\non: true",
    ],
    ["to_yaml quotes what would be read otherwise", '{{ "no" | to_yaml }}', "no"],
    [
      "toToml",
      "{{ JSON | from_json | toToml }}",
      'on = true\n\n[db]\nhost = "h"\nid = 12345678901234567890\nlist = [ 1, 2.5 ]\n',
    ],
    ["hmac_sha256", "{{ USER | hmac_sha256: PASSWORD }}", createHmac("sha256", "hunter2").update("ann").digest("hex")],
    [
      "dockerconfigjson",
      '{{ USER | dockerconfigjson: PASSWORD, "ghcr.io" }}',
      `{"auths":{"ghcr.io":{"username":"ann","password":"hunter2","auth":"${btoa("ann:hunter2")}"}}}`,
    ],
    ["indent", '{{ "a\nb" | indent: 2 }}', "  a\n  b"],
    ["nindent", '{{ "a\nb" | nindent: 1 }}', "\n a\n b"],
    ["required, where it is there", '{{ USER | required: "no user" }}', "ann"],
    ["arithmetic", '{{ "2" | plus: 3 | times: 4 }}', "20"],
  ];
  test.each(cases)("%s", (_name, source, expected) => {
    expect(run(source, variables)).toEqual(expected);
  });

  it("hashes as others do", () => {
    expect(run('{{ "abc" | sha256 }}')).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(run('{{ "abc" | sha1 }} {{ "abc" | md5 }}')).toBe(
      "a9993e364706816aba3e25717850c26c9cd0d89d 900150983cd24fb0d6963f7d28e17f72",
    );
    expect(run('{{ "abc" | sha512 }}')).toMatch(/^ddaf35a193617abacc417349ae204131/);
  });

  it("makes bcrypt hashes that check out, and the same each time", () => {
    const hash = String(run("{{ PASSWORD | bcrypt: 4 }}", variables));
    expect(hash).toMatch(/^\$2b\$04\$/);
    expect(compareSync("hunter2", hash)).toBe(true);
    expect(run("{{ PASSWORD | bcrypt: 4 }}", variables)).toBe(hash);
    const other = { uid: "uid-2" };
    expect(run("{{ PASSWORD | bcrypt: 4 }}", variables, other)).not.toBe(hash);
    expect(String(run("{{ PASSWORD | bcrypt: 4 }}", { PASSWORD: "other" })).slice(7, 29)).not.toBe(hash.slice(7, 29));
  });

  it("makes htpasswd lines", () => {
    const [user, hash = ""] = String(run("{{ USER | htpasswd: PASSWORD, 4 }}", variables)).split(":");
    expect(user).toBe("ann");
    expect(hash).toMatch(/^\$2y\$04\$/);
    expect(compareSync("hunter2", hash)).toBe(true);
  });
});

describe("what is refused, with the exact words", () => {
  const there = 'there are "BYTES", "JSON", "ODD", "PASSWORD", "USER", "app.yaml"';
  const cases: readonly [string, string, string][] = [
    [
      "an unknown key",
      "a\n{{ USR }}",
      `t: line 2: there is no key "USR"; ${there}; where it may be absent, write values["USR"] | default: …`,
    ],
    [
      "an unknown key, default or not",
      "{{ USR | default: 1 }}",
      `t: line 1: there is no key "USR"; ${there}; where it may be absent, write values["USR"] | default: …`,
    ],
    [
      "an unknown key in a branch not taken",
      "{% if false %}{{ USR }}{% endif %}",
      `t: line 1: there is no key "USR"; ${there}; where it may be absent, write values["USR"] | default: …`,
    ],
    ["a key with a dot", "{{ app.yaml }}", 't: line 1: there is no key "app"; write values["app.yaml"]'],
    [
      "an unknown key of values",
      "{{ values['USR'] }}",
      "t: line 1: values['USR'] is not there; where it may be absent, write values['USR'] | default: …",
    ],
    [
      "a value as a name",
      "{{ values[PASSWORD] }}",
      "t: line 1: values[PASSWORD] is not there; where it may be absent, write values[PASSWORD] | default: …",
    ],
    [
      "a prototype",
      "{{ USER.constructor }}",
      "t: line 1: USER.constructor is not there; where it may be absent, write USER.constructor | default: …",
    ],
    [
      "another prototype",
      "{{ values.__proto__ }}",
      "t: line 1: values.__proto__ is not there; where it may be absent, write values.__proto__ | default: …",
    ],
    ["an unknown filter", "{{ USER | shout }}", "t: line 1: there is no filter shout"],
    [
      "a filter spelled another way",
      "{{ USER | urlencode }}",
      "t: line 1: there is no filter urlencode; it is written url_encode",
    ],
    [
      "the clock",
      '{{ "now" | date: "%s" }}',
      "t: line 1: there is no filter date: a render must not depend on clock or chance",
    ],
    [
      "chance",
      "{{ values | sample }}",
      "t: line 1: there is no filter sample: a render must not depend on clock or chance",
    ],
    [
      "a file",
      '{% include "/etc/passwd" %}',
      "t: line 1: there is no tag include: a template cannot read other templates",
    ],
    [
      "a file by render",
      '{% render "x" %}',
      "t: line 1: there is no tag render: a template cannot read other templates",
    ],
    ["an open output", "{{ USER", "t: line 1: an output {{ is not closed with }}"],
    ["an open tag", "{% if USER %}", "t: line 1: the tag if is not closed"],
    ["nonsense", "{{ | }}", "t: line 1: this is not valid Liquid"],
    [
      "bytes in text",
      "x{{ BYTES }}",
      "t: line 1: bytes cannot stand in text; use base64_encode, or make the output the whole template",
    ],
    ["bytes in JSON", "{{ BYTES | json }}", "t: line 1: bytes cannot stand in JSON; use base64_encode first"],
    [
      "bytes in YAML",
      "{{ BYTES | to_yaml }}",
      "t: line 1: bytes cannot stand in YAML or TOML; use base64_encode first",
    ],
    [
      "an object in text",
      "x{{ JSON | from_json }}",
      "t: line 1: an object cannot stand in text; use json, to_yaml or to_toml",
    ],
    ["an object alone", "{{ JSON | from_json }}", "t: an object cannot stand in text; use json, to_yaml or to_toml"],
    ["text as JSON", "{{ PASSWORD | from_json }}", "t: line 1: the value is not valid JSON"],
    [
      "a path into text",
      '{{ PASSWORD | json_path: "a" }}',
      "t: line 1: json_path: the value is not valid JSON; it starts as plain text, so leave jsonKey and jmesPath out to take it whole",
    ],
    ["a path to nothing", '{{ JSON | json_path: "a.b" }}', "t: line 1: json_path finds nothing at its path"],
    ["a pointer to nothing", '{{ JSON | json_path: "/a/b" }}', "t: line 1: json_path finds nothing at its pointer"],
    [
      "a path that is none",
      '{{ JSON | json_path: "a[" }}',
      "t: line 1: json_path finds nothing: its path must be a JMESPath expression that fits the JSON",
    ],
    ["TOML of text", "{{ USER | to_toml }}", "t: line 1: to_toml must be given an object"],
    [
      "what is not Base64",
      "{{ ODD | base64_decode }}",
      "t: line 1: base64_decode is given something that is not Base64",
    ],
    [
      "what is not percent-encoded",
      '{{ "%" | url_decode }}',
      "t: line 1: url_decode is given something that is not percent-encoded UTF-8",
    ],
    ["a required value", '{{ "" | required: "set USER in AWS" }}', "t: line 1: set USER in AWS"],
    [
      "a required value with a computed message",
      '{{ "" | required: PASSWORD }}',
      "t: line 1: a required value is empty",
    ],
    ["a bcrypt cost", "{{ USER | bcrypt: 31 }}", "t: line 1: the cost of bcrypt must be a whole number from 4 to 12"],
    [
      "a bcrypt password beyond its limit",
      "{{ JSON | append: JSON | bcrypt }}",
      "t: line 1: bcrypt takes at most 72 bytes, and the password has more",
    ],
    [
      "an htpasswd user with a colon",
      '{{ "a:b" | htpasswd: PASSWORD }}',
      't: line 1: the user name of htpasswd must not be empty nor hold ":" or a line break',
    ],
    [
      "an indent of text",
      "{{ USER | indent: PASSWORD }}",
      "t: line 1: the width of indent must be a whole number from 0 to 100",
    ],
    ["arithmetic on text", "{{ PASSWORD | plus: 1 }}", "t: line 1: plus must be given numbers, and not divide by zero"],
    [
      "division by zero",
      "{{ 1 | divided_by: 0 }}",
      "t: line 1: divided_by must be given numbers, and not divide by zero",
    ],
    [
      "arithmetic beyond a double",
      '{{ JSON | json_path: "db.id" | plus: 1 }}',
      "t: line 1: plus gives too large a number",
    ],
    ["a missing argument", "{{ USER | htpasswd }}", "t: line 1: the password of htpasswd is missing"],
    [
      "a filter's failure inside Liquid",
      "{{ USER | append }}",
      "t: line 1: this cannot be rendered; check the types of what the filters are given",
    ],
    [
      "a value taken for an expression",
      "{{ JSON | from_json | json_path: 'db.list' | where: PASSWORD }}",
      "t: this cannot be rendered; check the types of what the filters are given",
    ],
    ["an endless list", "{% for i in (1..1000000000) %}x{% endfor %}", "t: line 1: the template needs too much memory"],
    [
      "doubling",
      "{% assign a = USER %}{% for i in (1..40) %}{% assign a = a | append: a %}{% endfor %}",
      "t: line 1: the template needs too much memory",
    ],
  ];

  test.each(cases)("%s", (_name, source, message) => {
    expect(run(source, variables)).toBe(`TemplateFailed: ${message}`);
  });

  it("refuses an output larger than a target", () => {
    const source = "{% for i in (1..20) %}{{ A }}{% endfor %}";
    expect(run(source, { A: "x".repeat(65_536) })).toBe("TooLarge: t: the output has more than 1048576 bytes");
  });

  const forbidden =
    'SpecInvalid: t: line 1: key "PASSWORD" is sensitive and may not be used here; use a Secret\'s template, or declare it harmless with sensitive: false';
  test.each([
    "{{ PASSWORD }}",
    "{{ values.PASSWORD }}",
    '{{ values["PASSWORD"] | default: "" }}',
    "{{ values[NAME] }}",
    "{{ [NAME] }}",
    "{% if values[NAME] %}{% endif %}",
  ])("a forbidden key: %s", (source) => {
    expect(run(source, { NAME: "PASSWORD" }, { forbidden: ["PASSWORD"] })).toBe(forbidden);
  });

  it("does not list a forbidden key", () => {
    const source = "{% for v in values %}{{ v[0] }}{% endfor %}{{ values | json }}{{ values.size }}";
    expect(run(source, { NAME: "x" }, { forbidden: ["PASSWORD"] })).toBe('NAME{"NAME":"x"}1');
  });
});

describe("properties", () => {
  const word = "c4n4ry";
  const canary = "c4n4ry-v4lu3";
  const filter = fc.constantFrom(
    ...[
      "base64_decode",
      "url_decode",
      "from_json",
      "json_path: C",
      "to_toml",
      "bcrypt: C",
      "htpasswd: C",
      "hmac_sha256",
      "indent: C",
    ],
    ...[
      "required: C",
      "append",
      "where: C",
      "sort: C",
      "divided_by: C",
      "slice: C",
      "map: C",
      "join: values",
      "pem_leaf",
      "pem_private_key",
    ],
    ...[
      "pkcs12_certificates: C",
      "to_pkcs12: C, C",
      "dockerconfigjson: C",
      "base64_encode",
      "upcase",
      "nope",
      "first",
      "sum",
      "date",
    ],
  );

  // As Liquid would quote them if it took a value for an expression.
  const value = fc.constantFrom(canary, `a | ${word}`, `{{ ${word}`, `{% ${word} %}`, `${word}(1)`, `${word}.x`);
  const start = fc.constantFrom("C", "values[C]", "[C]", "C.x", "B", "J[C]");

  it("never tells a value in a refusal", () => {
    fc.assert(
      fc.property(fc.array(filter, { maxLength: 3 }), start, value, (filters, first, content) => {
        const source = `{{ ${[first, ...filters].join(" | ")} }}`;
        const binary = Buffer.concat([Buffer.from(canary), Buffer.of(255)]);
        expect(String(run(source, { C: content, B: binary, J: `{"a":"${canary}"}` }))).not.toMatch(
          /^\w+: t: .*c4n4ry/s,
        );
      }),
      { numRuns: 500 },
    );
  });

  it("gives any value back through base64 both ways, JSON both ways and the URL both ways", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
        (text) => {
          const source =
            "{{ A | base64_encode | base64_decode }}{{ A | json | from_json }}{{ A | url_encode | url_decode }}";
          expect(run(source, { A: text })).toBe(text.repeat(3));
        },
      ),
    );
  });
});
