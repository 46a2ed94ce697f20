import { describeCrashes } from "./support/crash-rows.ts";
import { fanOutScenarios } from "./support/crash-scenarios-fan-out.ts";
import { restartScenarios } from "./support/crash-scenarios-restart.ts";
import { targetScenarios } from "./support/crash-scenarios-targets.ts";

// The crash matrix, continued: what happens to targets that stand, to workloads that read them, and to many namespaces.

describeCrashes({
  scenarios: [...targetScenarios, ...restartScenarios, ...fanOutScenarios],
  bench: { values: { restarts: { enabled: true } } },
  fastPoints: 1,
});
