import { describeCrashes } from "./support/crash-rows.ts";
import { goneScenarios, shortSecondLook } from "./support/crash-scenarios-gone.ts";

// The crash matrix, continued: what is removed because its value is gone in AWS.

describeCrashes({ scenarios: goneScenarios, bench: { args: shortSecondLook }, fastPoints: 1 });
