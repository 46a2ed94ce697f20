import { describeCrashes } from "./support/crash-rows.ts";
import { fanOutScenarios } from "./support/crash-scenarios-fan-out.ts";
import { goneScenarios } from "./support/crash-scenarios-gone.ts";
import { restartScenarios } from "./support/crash-scenarios-restart.ts";
import { targetScenarios } from "./support/crash-scenarios-targets.ts";
import { isFull } from "./support/extent.ts";

// The crash matrix, continued: what happens to targets that stand, to workloads that read them, and to many namespaces.

// Those of the second look take minutes, and only a few crashes of each are tried.
const slow = isFull ? goneScenarios.map((scenario) => ({ ...scenario, fullPoints: 3 })) : [];

describeCrashes({
  scenarios: [...targetScenarios, ...restartScenarios, ...fanOutScenarios, ...slow],
  bench: { values: { restarts: { enabled: true } } },
  fastPoints: 1,
});
