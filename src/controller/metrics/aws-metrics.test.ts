import { describe, expect, it } from "@jest/globals";
import { Registry } from "prom-client";
import { createAwsMetrics, createPlaneMetrics, observeQuotas } from "./aws-metrics.ts";

const request = {
  service: "ssm",
  operation: "GetParameters",
  region: "eu-west-1",
  store: "ClusterValueStore/aws",
  outcome: "success",
  code: "OK",
  seconds: 0.02,
  attempt: 1,
} as const;

/** Samples of one series, without the buckets. */
async function samples(registry: Registry, name: string): Promise<readonly string[]> {
  const page = await registry.metrics();
  return page.split("\n").filter((line) => line.startsWith(name) && !line.includes("_bucket"));
}

describe("requests to AWS", () => {
  it("are counted by service, operation, region, store and outcome, retries apart, STS among them", async () => {
    const registry = new Registry();
    const metrics = createAwsMetrics(registry);
    metrics.requestFinished?.(request);
    metrics.requestFinished?.({ ...request, outcome: "throttled", code: "ThrottlingException" });
    metrics.requestFinished?.({ ...request, attempt: 2 });
    metrics.requestFinished?.({ ...request, service: "sts", operation: "AssumeRole", store: "serviceAccount" });
    const name = "externalvalues_aws_requests_total";
    const read = 'service="ssm",operation="GetParameters",region="eu-west-1",store="ClusterValueStore/aws"';
    const role = 'service="sts",operation="AssumeRole",region="eu-west-1",store="serviceAccount"';
    expect(await samples(registry, name)).toEqual([
      `${name}{${read},code="OK",retry="false"} 1`,
      `${name}{${read},code="ThrottlingException",retry="false"} 1`,
      `${name}{${read},code="OK",retry="true"} 1`,
      `${name}{${role},code="OK",retry="false"} 1`,
    ]);
    expect(await samples(registry, "externalvalues_aws_request_duration_seconds_count")).toEqual([
      'externalvalues_aws_request_duration_seconds_count{service="ssm",operation="GetParameters"} 3',
      'externalvalues_aws_request_duration_seconds_count{service="sts",operation="AssumeRole"} 1',
    ]);
  });

  it("are measured by their items, their wait for the quota, and the circuit before them", async () => {
    const registry = new Registry();
    const metrics = createAwsMetrics(registry);
    metrics.batchSent?.({ operation: "GetParameters", region: "eu-west-1", items: 7 });
    metrics.limiterWaited?.({ quota: "parameterReads", region: "eu-west-1", priority: "refresh", seconds: 2 });
    metrics.limiterRate?.({ quota: "parameterReads", account: "1", region: "eu-west-1", rate: 15 });
    metrics.circuitChanged?.({ service: "ssm", region: "eu-west-1", endpoint: "", state: "open" });
    metrics.credentialsRenewed?.({ source: "serviceAccount", outcome: "failure" });
    const page = await registry.metrics();
    for (const sample of [
      'externalvalues_aws_items_requested_total{operation="GetParameters",region="eu-west-1"} 7',
      'externalvalues_aws_batch_items_sum{operation="GetParameters"} 7',
      'externalvalues_aws_limiter_wait_seconds_sum{quota="parameterReads",region="eu-west-1",priority="refresh"} 2',
      'externalvalues_aws_limiter_rate{quota="parameterReads",account="1",region="eu-west-1"} 15',
      'externalvalues_aws_circuit_state{service="ssm",region="eu-west-1"} 2',
      'externalvalues_aws_credentials_renewals_total{source="serviceAccount",outcome="failure"} 1',
    ]) {
      expect(page).toContain(`${sample}\n`);
    }
  });
});

describe("what was asked of the readers", () => {
  it("is told by where the answer came from: memory, a request under way, AWS, a replica", async () => {
    const registry = new Registry();
    const metrics = createPlaneMetrics(registry);
    metrics.refsRead?.({ store: "ClusterValueStore/aws", held: 3, joined: 2, asked: 1 });
    metrics.failedOver?.({ region: "eu-west-1", replicaRegion: "eu-central-1", items: 4 });
    metrics.memoryHeld?.(1024);
    const from = (where: string, count: number) =>
      `externalvalues_values_read_total{store="ClusterValueStore/aws",from="${where}"} ${count}`;
    expect(await samples(registry, "externalvalues_values_read_total")).toEqual([
      from("memory", 3),
      from("flight", 2),
      from("aws", 1),
    ]);
    expect(await registry.metrics()).toContain(
      'externalvalues_failover_reads_total{region="eu-west-1",replica="eu-central-1"} 4\n',
    );
    expect(await registry.metrics()).toContain("externalvalues_value_cache_bytes 1024\n");
  });

  it("is set against the quota, and forgotten where nobody needs it any more", async () => {
    const registry = new Registry();
    const use = { quota: "parameterReads", account: "1", region: "eu-west-1", needed: 50, saturation: 1.5 } as const;
    let uses = [use];
    observeQuotas(registry, () => uses);
    const name = "externalvalues_aws_quota_saturation_ratio";
    expect(await samples(registry, name)).toEqual([
      `${name}{quota="parameterReads",account="1",region="eu-west-1"} 1.5`,
    ]);
    uses = [];
    expect(await samples(registry, name)).toEqual([]);
  });
});
