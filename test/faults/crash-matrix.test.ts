import { describeCrashes } from "./support/crash-rows.ts";
import { crashScenarios } from "./support/crash-scenarios.ts";

// The operator is killed before and after each outgoing request of a scenario, to the API server and to AWS, and started
// again: what stands in the end equals what stands without the crash, and at no crash is a good target missing.

describeCrashes({ scenarios: crashScenarios, fastPoints: 2 });
