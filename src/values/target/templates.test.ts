import { expect, it } from "@jest/globals";
import { composeTarget } from "../compose-target.ts";
import { compose, shaped, target } from "../testing/samples.ts";

it("tells apart templates of keys that differ only far behind their beginnings", async () => {
  const [one, other] = ["a", "b"].map((end) => "x".repeat(100) + end) as [string, string];
  const template = { data: { [one]: "{{ A }}", [other]: "{{ B }}" }, from: [], mergePolicy: "Replace" as const };
  const composed = await composeTarget(target({ template }), [shaped("A", "1"), shaped("B", "2")], compose);
  expect(composed.ok && composed.value.data).toEqual(
    new Map([
      [one, "1"],
      [other, "2"],
    ]),
  );
});
