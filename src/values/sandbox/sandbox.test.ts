import { afterAll, describe, expect, it, test } from "@jest/globals";
import type { Content, Result } from "../contract.ts";
import { createSandbox } from "./sandbox.ts";

const workerUrl = new URL("./worker-thread.ts", import.meta.url);
const sandbox = createSandbox({ workerUrl });
afterAll(() => sandbox.close());

type Rendered = Result<Readonly<Record<string, Content>>>;

function render(
  source: string,
  variables: Record<string, Content> = {},
  uid = "uid-1",
  of = sandbox,
): Promise<Rendered> {
  return of.render({ templates: { t: source }, variables, forbidden: new Set(), uid });
}

const ok = (text: string): Rendered => ({ ok: true, value: { t: text } });

/** 10^12 rounds; Liquid's own limit looks at the time between tags, so the filter itself has to be slow to pass it by. */
const polite =
  "{% for a in (1..10000) %}{% for b in (1..10000) %}{% for c in (1..10000) %}{% endfor %}{% endfor %}{% endfor %}";
/** Each of these takes a third of a second, between which Liquid's limit is not asked. */
const rude = `{{ "p" ${"| bcrypt: 12 | slice: 0, 20".repeat(12)} }}`;

describe("the sandbox", () => {
  it("renders and evaluates in a worker", async () => {
    expect(await render("{{ A }}", { A: "x" })).toEqual(ok("x"));
    expect(await sandbox.jmesPath('{"a":{"b":12345678901234567890}}', "a.b")).toEqual({
      ok: true,
      value: "12345678901234567890",
    });
  });

  it("takes and gives bytes", async () => {
    const { value } = (await render("{{ A }}", { A: Uint8Array.of(0, 255) })) as { value: Record<string, Uint8Array> };
    expect([...(value["t"] ?? [])]).toEqual([0, 255]);
  });

  it("takes keys that are called like prototypes", async () => {
    const variables = Object.fromEntries([
      ["__proto__", "p"],
      ["constructor", "c"],
    ]);
    expect(await render('{{ values["__proto__"] }}{{ constructor }}', variables)).toEqual(ok("pc"));
  });

  it("ends a template that takes too long, and no other", async () => {
    await render("warm {{ 'up' }}");
    const started = performance.now();
    let took = 0;
    const [before, slow, ...after] = await Promise.all([
      render("{{ A }}", { A: "1" }, "before"),
      render(rude, {}, "rude").finally(() => {
        took = performance.now() - started;
      }),
      render("{{ A }}", { A: "2" }, "after"),
      sandbox.jmesPath("[1]", "[0]"),
    ]);
    expect(took).toBeLessThan(2000);
    expect(before).toEqual(ok("1"));
    expect(slow).toEqual({
      ok: false,
      failure: { reason: "TemplateFailed", message: "t: the template took longer than 1 s" },
    });
    expect(after).toEqual([ok("2"), { ok: true, value: "1" }]);
  });

  it("names the template of several that took too long", async () => {
    const result = await sandbox.render({
      templates: { fine: "x", slow: rude },
      variables: {},
      forbidden: new Set(),
      uid: "rude",
    });
    expect(result).toMatchObject({ failure: { message: "slow: the template took longer than 1 s" } });
  });

  it("gives each template of a job its own time", async () => {
    const brisk = createSandbox({ workerUrl, timeoutMs: 600 });
    await render("warm {{ 'up' }}", {}, "u", brisk);
    // An eighth of a second each, a second together.
    const templates = Object.fromEntries(
      Array.from({ length: 8 }, (_, index) => [`t${index}`, '{{ "p" | bcrypt: 10 }}']),
    );
    const result = await brisk.render({ templates, variables: {}, forbidden: new Set(), uid: "uid-3" });
    await brisk.close();
    expect(result).toMatchObject({ ok: true });
  });

  it("lets a submitter whose job was killed wait behind the others", async () => {
    const order: string[] = [];
    const note = (name: string) => () => order.push(name);
    await Promise.all([
      // Started at once, so that the others have to wait in line.
      ...Array.from({ length: 40 }, () => render("{{ A }}", { A: "1" }, "busy")),
      render("x{{ A }}", { A: "1" }, "rude").then(note("offender")),
      render("x{{ A }}", { A: "1" }, "neighbour").then(note("neighbour")),
    ]);
    expect(order).toEqual(["neighbour", "offender"]);
  });

  it("fails what waits when it is closed", async () => {
    const closing = createSandbox({ workerUrl });
    const waiting = render("{{ A }}", { A: "1" }, "u", closing);
    await closing.close();
    const failure = { reason: "InternalError", message: "the operator is shutting down" };
    expect(await waiting).toEqual({ ok: false, failure });
    expect(await render("x{{ A }}", {}, "u", closing)).toEqual({ ok: false, failure });
  });

  it("says so where the worker does not start", async () => {
    const broken = createSandbox({ workerUrl: new URL("./not-there.ts", import.meta.url) });
    expect(await render("{{ A }}", { A: "1" }, "u", broken)).toEqual({
      ok: false,
      failure: { reason: "InternalError", message: "the sandbox's worker does not start" },
    });
    await broken.close();
  });
});

describe("hostile jobs", () => {
  const kilobytes = "x".repeat(65_536);
  /** Which limit is met first depends on the machine. */
  const tooMuch =
    "TemplateFailed: t: (line 1: the template (needs too much memory|takes too long)|the template (needs too much memory|took longer than 1 s))";
  const tree = (depth: number): string => `${"[".repeat(depth)}${"]".repeat(depth)}`;
  const jobs: readonly [string, () => Promise<Result<unknown>>, string][] = [
    ["a template that loops", () => render(polite), "TemplateFailed: t: line 1: the template takes too long"],
    [
      "a template that builds gigabytes in its output",
      () =>
        render("{% for i in (1..10000) %}{% for j in (1..1000) %}{{ A }}{% endfor %}{% endfor %}", { A: kilobytes }),
      "TemplateFailed|TooLarge",
    ],
    [
      "a template that builds gigabytes in variables",
      () =>
        render("{% assign a = A %}{% for i in (1..60) %}{% assign a = a | append: a %}{% endfor %}{{ a }}", {
          A: kilobytes,
        }),
      tooMuch,
    ],
    [
      "a capture that builds gigabytes",
      () =>
        render("{% capture a %}{% for i in (1..100000) %}{{ A }}{% endfor %}{% endcapture %}{{ a | sha256 }}", {
          A: kilobytes,
        }),
      "TemplateFailed",
    ],
    [
      "a list that explodes",
      () =>
        render(
          "{% assign l = A | split: '' %}{% for i in (1..30) %}{% assign l = l | concat: l %}{% endfor %}{{ l.size }}",
          { A: kilobytes },
        ),
      tooMuch,
    ],
    [
      "a replacement that explodes",
      () =>
        render("{% assign a = A %}{% for i in (1..5) %}{% assign a = a | replace: 'x', a %}{% endfor %}{{ a }}", {
          A: kilobytes,
        }),
      "TemplateFailed",
    ],
    [
      "an indent that explodes",
      () => render("{{ A | indent: 100 | indent: 100 | size }}", { A: "\n".repeat(2_000_000) }),
      "TooLarge|TemplateFailed|ok",
    ],
    [
      "tags nested 5,000 deep",
      () => render("{% if true %}".repeat(5000) + "{% endif %}".repeat(5000)),
      "TemplateFailed|ok",
    ],
    [
      "JSON nested 10,000 deep in a template",
      () => render("{{ A | from_json | json }}", { A: tree(10_000) }),
      "TemplateFailed: t: line 1: the JSON is nested too deeply|ok",
    ],
    [
      "JMESPath on JSON nested 10,000 deep",
      () => sandbox.jmesPath(tree(10_000), "@"),
      "ValueInvalid: the JSON is nested too deeply|ok",
    ],
    [
      "an expression nested 10,000 deep",
      () => sandbox.jmesPath("{}", `${"(".repeat(10_000)}a${")".repeat(10_000)}`),
      "SpecInvalid|ValueInvalid|ValueNotFound",
    ],
    [
      "JMESPath that pads to gigabytes",
      () => sandbox.jmesPath("{}", "pad_left('x', `500000000`)"),
      "ValueInvalid|TooLarge",
    ],
    [
      "JMESPath that multiplies lists",
      () => sandbox.jmesPath(`[${"1,".repeat(20_000)}1]`, "map(&$, @)[][]"),
      "ValueInvalid: jmesPath (took longer than 1 s|needs too much memory); make it simpler|TooLarge",
    ],
    [
      "JMESPath on __proto__",
      () => sandbox.jmesPath("{}", "__proto__"),
      "ValueNotFound: jmesPath finds nothing, or null, in the JSON",
    ],
    [
      "JMESPath on constructor",
      () => sandbox.jmesPath("{}", "constructor.constructor"),
      "ValueNotFound: jmesPath finds nothing, or null, in the JSON",
    ],
    [
      "JMESPath on an own object's constructor",
      () => sandbox.jmesPath("{}", "{a: `1`}.constructor"),
      "ValueNotFound: jmesPath finds nothing, or null, in the JSON",
    ],
    [
      "JMESPath that sets __proto__",
      () => sandbox.jmesPath('{"a":{"x":1}}', '{"__proto__": a}.x'),
      "ValueNotFound: jmesPath finds nothing, or null, in the JSON",
    ],
    [
      "a bcrypt of cost 31",
      () => render("{{ 'a' | bcrypt: 31 }}"),
      "TemplateFailed: t: line 1: the cost of bcrypt must be a whole number from 4 to 12",
    ],
  ];
  test.each(jobs)("%s", async (_name, job, expected) => {
    const started = performance.now();
    const [hostile, other] = [job(), render("{{ A }}", { A: "fine" }, "other")];
    const result = await hostile;
    expect(performance.now() - started).toBeLessThan(2000);
    const said = result.ok ? "ok" : `${result.failure.reason}: ${result.failure.message}`;
    expect(said).toMatch(new RegExp(`^(${expected})`));
    expect(await other).toEqual(ok("fine"));
  });
});
