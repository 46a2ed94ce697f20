import { parseArgs } from "node:util";
import { startFakeAws } from "./fake-aws.ts";
import { defaultQuotas } from "./quotas.ts";

// The fake as a process of its own: prints {"url": …} on one line and serves until it is told to end, or until the
// process that started it goes away (its end of standard input closes).
const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    account: { type: "string", default: "123456789012" },
    region: { type: "string", default: "eu-west-1" },
    latency: { type: "string", default: "8" },
    "aws-quotas": { type: "boolean", default: false },
    strict: { type: "boolean", default: false },
    "end-with-stdin": { type: "boolean", default: false },
  },
});

const fake = await startFakeAws({
  port: Number(values.port),
  account: values.account,
  region: values.region,
  latencyMs: Number(values.latency),
  quotas: values["aws-quotas"] ? defaultQuotas : {},
  strict: values.strict,
});
process.stdout.write(`${JSON.stringify({ url: fake.url })}\n`);

const end = () => {
  fake.stop().then(() => process.exit(0));
};
process.once("SIGTERM", end);
process.once("SIGINT", end);
if (values["end-with-stdin"]) {
  process.stdin.resume().once("end", end);
}
