import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  STSClient,
  type Credentials as StsCredentials,
} from "@aws-sdk/client-sts";
import { malformedAnswer } from "../clients/answers.ts";
import { clientConfig } from "../clients/client-config.ts";
import type { Connections } from "../clients/connections.ts";
import { createGate, type Gate } from "../clients/gate.ts";
import { makeLean } from "../clients/lean-client.ts";
import { operations } from "../clients/operations.ts";
import type { Clock } from "../clock.ts";
import type { CircuitRegistry } from "../limits/circuit-registry.ts";
import type { LimiterRegistry } from "../limits/limiter-registry.ts";
import type { AwsMetrics } from "../metrics.ts";
import type { Hop } from "../recipe.ts";
import type { Credentials } from "./credentials.ts";

/** Where STS is asked, and for whom (for metrics only). */
export interface StsPlace {
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly store: string;
}

/** The three requests to STS. They reject with an AwsError by what STS said; the step around them makes it `credentials`. */
export interface Sts {
  assumeRole(hop: Hop, credentials: Credentials, place: StsPlace): Promise<Credentials>;
  assumeRoleWithWebIdentity(
    request: { readonly roleArn: string; readonly sessionName: string; readonly token: string },
    place: StsPlace,
  ): Promise<Credentials>;
  getCallerIdentity(
    credentials: Credentials,
    place: StsPlace,
  ): Promise<{ readonly account: string; readonly arn: string }>;
}

export interface StsOptions {
  readonly connections: Connections;
  readonly circuits: CircuitRegistry;
  readonly limits: LimiterRegistry;
  readonly metrics: AwsMetrics;
  readonly clock: Clock;
}

/** A client is made for each request: there is one an hour and identity, and it holds no socket of its own. */
export function createSts(options: StsOptions): Sts {
  const { connections, circuits, limits } = options;

  function gateOf({ region, endpoint }: StsPlace, credentials: Credentials): Gate {
    return createGate({
      ...options,
      region,
      // What the caller signs with is the caller's to renew.
      credentials: { get: async () => credentials, drop: () => false },
      circuit: () => circuits.circuit({ service: "sts", region, endpoint }),
      limiter: (quota) => limits.limiter("sts", region, quota),
    });
  }

  function clientOf(place: StsPlace, credentials: Credentials): STSClient {
    return makeLean(new STSClient({ ...clientConfig({ ...place, connections }), credentials }));
  }

  return {
    async assumeRole(hop, credentials, place) {
      const client = clientOf(place, credentials);
      const command = new AssumeRoleCommand({
        RoleArn: hop.roleArn,
        RoleSessionName: hop.sessionName,
        DurationSeconds: hop.durationSeconds,
        ExternalId: hop.externalId,
        ...tagsOf(hop),
      });
      return gateOf(place, credentials).run(operations.assumeRole, callOptions(place), async () => {
        const answer = await client.send(command);
        return toCredentials(answer, operations.assumeRole.name);
      });
    },

    async assumeRoleWithWebIdentity({ roleArn, sessionName, token }, place) {
      // The request is not signed: the token is the proof.
      const client = clientOf(place, unsigned);
      const command = new AssumeRoleWithWebIdentityCommand({
        RoleArn: roleArn,
        RoleSessionName: sessionName,
        WebIdentityToken: token,
      });
      return gateOf(place, unsigned).run(operations.assumeRoleWithWebIdentity, callOptions(place), async () => {
        const answer = await client.send(command);
        return toCredentials(answer, operations.assumeRoleWithWebIdentity.name);
      });
    },

    async getCallerIdentity(credentials, place) {
      const client = clientOf(place, credentials);
      return gateOf(place, credentials).run(operations.getCallerIdentity, callOptions(place), async () => {
        const { Account, Arn } = await client.send(new GetCallerIdentityCommand({}));
        if (Account === undefined || Arn === undefined) throw malformedAnswer("GetCallerIdentity", "Account or Arn");
        return { account: Account, arn: Arn };
      });
    },
  };
}

const unsigned: Credentials = { accessKeyId: "", secretAccessKey: "" };

function callOptions({ store }: StsPlace): { readonly priority: "interactive"; readonly store: string } {
  return { priority: "interactive", store };
}

/** Without tags nothing is said of them: a trust policy need not allow sts:TagSession then. */
function tagsOf({ sessionTags, transitiveTagKeys }: Hop): {
  readonly Tags?: { Key: string; Value: string }[];
  readonly TransitiveTagKeys?: string[];
} {
  const tags = Object.entries(sessionTags).map(([Key, Value]) => ({ Key, Value }));
  return {
    ...(tags.length === 0 ? {} : { Tags: tags }),
    ...(transitiveTagKeys.length === 0 ? {} : { TransitiveTagKeys: [...transitiveTagKeys] }),
  };
}

function toCredentials(
  answer: { readonly Credentials?: StsCredentials; readonly AssumedRoleUser?: { readonly Arn?: string | undefined } },
  operation: string,
): Credentials {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer.Credentials ?? {};
  if (AccessKeyId === undefined || SecretAccessKey === undefined || SessionToken === undefined) {
    throw malformedAnswer(operation, "credentials");
  }
  const arn = answer.AssumedRoleUser?.Arn;
  const account = arn?.split(":")[4];
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    ...(Expiration === undefined ? {} : { expiration: Expiration }),
    ...(arn === undefined ? {} : { arn }),
    ...(account === undefined || account === "" ? {} : { accountId: account }),
  };
}
