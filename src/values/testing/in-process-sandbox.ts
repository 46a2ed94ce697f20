import type { Sandbox } from "../contract.ts";
import { createRenderer } from "../liquid/render.ts";
import { succeed } from "../result.ts";
import { evaluateJmesPath } from "../sandbox/jmes-path.ts";

/** For tests: the worker's work without a worker, and so without its limits. */
export function createInProcessSandbox(): Sandbox {
  const render = createRenderer();
  return {
    jmesPath: async (json, expression) => evaluateJmesPath(json, expression),
    render: async ({ templates, variables, forbidden, uid }) => {
      const job = {
        templates: Object.entries(templates),
        variables: Object.entries(variables),
        forbidden: [...forbidden],
        uid,
      };
      const rendered = render(job, () => undefined);
      return rendered.ok ? succeed(Object.fromEntries(rendered.value)) : rendered;
    },
    close: async () => undefined,
  };
}
