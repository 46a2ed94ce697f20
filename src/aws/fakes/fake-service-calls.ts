import type { ParameterAnswer, SecretAnswer, ServiceCalls } from "../calls.ts";
import { AwsError } from "../errors.ts";

const account = "123456789012";

export interface FakeParameter {
  value: string;
  version: number;
  lastModified: number;
  type: ParameterAnswer["type"];
  labels: Record<string, number>;
  tags: Record<string, string>;
}

export interface FakeSecret {
  arn: string;
  content: string | Uint8Array;
  versionId: string;
  stages: Record<string, string>;
  tags: Record<string, string>;
  deletedDate?: number;
}

export interface FakeCall {
  readonly operation: keyof ServiceCalls;
  readonly items: readonly string[];
  readonly priority?: string;
  readonly at: number;
}

/** An account in memory that answers as AWS is documented to, counts, and fails as a test says. */
export interface FakeServiceCalls extends ServiceCalls {
  readonly log: FakeCall[];
  readonly parameters: Map<string, FakeParameter>;
  readonly secrets: Map<string, FakeSecret>;
  /** Called before each answer: what it throws is the answer. */
  fault: (call: FakeCall) => void;
  /** Awaited before each answer. */
  latency: () => Promise<void>;
  closed: boolean;
  putParameter(name: string, value: string, more?: Partial<FakeParameter>): void;
  putSecret(name: string, content: string | Uint8Array, more?: Partial<FakeSecret>): void;
  count(operation?: keyof ServiceCalls): number;
}

export function awsError(kind: AwsError["kind"], message = "scripted", gone = false): AwsError {
  return new AwsError({ kind, code: `Scripted-${kind}`, operation: "test", message, gone });
}

export function createFakeServiceCalls(region = "eu-west-1", now: () => number = () => 0): FakeServiceCalls {
  const log: FakeCall[] = [];
  const parameters = new Map<string, FakeParameter>();
  const secrets = new Map<string, FakeSecret>();
  const parameterArn = (name: string): string =>
    `arn:aws:ssm:${region}:${account}:parameter/${name.replace(/^\//, "")}`;

  const enter = async (
    operation: keyof ServiceCalls,
    items: readonly string[],
    options: { readonly priority: string },
  ): Promise<void> => {
    const call = { operation, items, priority: options.priority, at: now() };
    log.push(call);
    await fake.latency();
    fake.fault(call);
  };
  const answerOf = (asked: string): ParameterAnswer | undefined => {
    const { bare, selector } = takenApart(asked);
    const found = [...(parameters.has(bare) ? [bare] : parameters.keys())].find(
      (key) => key === bare || parameterArn(key) === bare,
    );
    const parameter = found === undefined ? undefined : parameters.get(found);
    return found === undefined || parameter === undefined
      ? undefined
      : parameterAnswer(
          { name: found, arn: parameterArn(found), ...(selector === undefined ? {} : { selector }) },
          parameter,
        );
  };
  const secretNamed = (id: string): readonly [string, FakeSecret] | undefined =>
    [...secrets].find(([name, { arn }]) => name === id || arn === id || arn.slice(0, -7) === id);
  const secretOrThrow = (id: string): readonly [string, FakeSecret] => {
    const found = secretNamed(id);
    if (found === undefined) {
      throw awsError("notFound", "Secrets Manager can't find the specified secret.", true);
    }
    if (found[1].deletedDate !== undefined) {
      throw awsError("notFound", "it was marked for deletion", true);
    }
    return found;
  };
  const secretAnswer = ([name, secret]: readonly [string, FakeSecret], versionId: string): SecretAnswer => ({
    arn: secret.arn,
    name,
    versionId,
    versionStages: ["AWSCURRENT"],
    content: secret.content,
  });
  const paged = <T>(items: readonly T[], token: string | undefined, size: number) => {
    const start = Number(token ?? "0");
    const end = start + size;
    return { items: items.slice(start, end), ...(end < items.length ? { nextToken: String(end) } : {}) };
  };

  const fake: FakeServiceCalls = {
    log,
    parameters,
    secrets,
    fault: () => {},
    latency: () => Promise.resolve(),
    admit: async () => undefined,
    closed: false,
    putParameter(name, value, more = {}) {
      const version = (parameters.get(name)?.version ?? 0) + 1;
      const base = { lastModified: now(), type: "String" as const, labels: {}, tags: {} };
      parameters.set(name, { ...base, value, version, ...more });
    },
    putSecret(name, content, more = {}) {
      const last = secrets.get(name);
      const versionId = `v${Number(last?.versionId.slice(1) ?? "0") + 1}`;
      const arn = `arn:aws:secretsmanager:${region}:${account}:secret:${name}-AbCdEf`;
      secrets.set(name, { arn, stages: {}, tags: {}, content, versionId, ...more });
    },
    count: (operation) => log.filter((call) => operation === undefined || call.operation === operation).length,

    async getParameters(names, options) {
      await enter("getParameters", names, options);
      const answers = new Map(names.map((name) => [name, answerOf(name)] as const));
      const found = [...answers.values()].filter((answer) => answer !== undefined);
      const invalid = names.filter((name) => answers.get(name) === undefined);
      return { found: found.sort((a, b) => (a.name < b.name ? -1 : 1)), invalid };
    },
    async getParametersByPath({ path, nextToken }, options) {
      await enter("getParametersByPath", [path], options);
      const below = [...parameters.keys()].filter((name) => name.startsWith(`${path}/`)).sort();
      const page = paged(below, nextToken, 10);
      return { ...page, items: page.items.map(answerOf).filter((answer) => answer !== undefined) };
    },
    async describeParameters({ filters, nextToken }, options) {
      await enter("describeParameters", [], options);
      const match = [...parameters].filter(([, { tags }]) =>
        filters.every(({ key, values }) => values.includes(tags[key.slice("tag:".length)] ?? "")),
      );
      return paged(
        match.map(([name]) => ({ name, arn: parameterArn(name) })),
        nextToken,
        50,
      );
    },
    async listParameterTags(name, options) {
      await enter("listParameterTags", [name], options);
      const parameter = parameters.get(name);
      if (parameter === undefined) {
        throw awsError("notFound", "no such resource", true);
      }
      return parameter.tags;
    },
    async batchGetSecretValue(ids, options) {
      await enter("batchGetSecretValue", ids, options);
      const found: SecretAnswer[] = [];
      const errors: { secretId: string; code: string; message: string }[] = [];
      for (const id of ids) {
        const secret = secretNamed(id);
        if (secret === undefined) {
          const message = "Secrets Manager can't find the specified secret.";
          errors.push({ secretId: id, code: "ResourceNotFoundException", message });
        } else if (secret[1].deletedDate !== undefined) {
          const message = "You can't perform this operation on the secret because it was marked for deletion.";
          errors.push({ secretId: id, code: "InvalidRequestException", message });
        } else {
          found.push(secretAnswer(secret, secret[1].versionId));
        }
      }
      return { found: found.sort((a, b) => (a.name < b.name ? -1 : 1)), errors };
    },
    async getSecretValue({ secretId, versionId, versionStage }, options) {
      await enter("getSecretValue", [secretId], options);
      const secret = secretOrThrow(secretId);
      const current = versionStage === undefined || versionStage === "AWSCURRENT";
      const wanted = versionId ?? (current ? secret[1].versionId : secret[1].stages[versionStage]);
      if (wanted === undefined) {
        throw awsError("notFound", `can't find the specified secret value for staging label: ${versionStage}`);
      }
      return secretAnswer(secret, wanted);
    },
    async listSecrets({ filters, nextToken }, options) {
      await enter("listSecrets", [], options);
      const starts = (key: string, texts: readonly string[]): boolean =>
        filters.every((filter) => filter.key !== key || texts.some((text) => text.startsWith(filter.values[0] ?? "")));
      const match = [...secrets].filter(
        ([name, { tags, deletedDate }]) =>
          deletedDate === undefined &&
          starts("name", [name]) &&
          starts("tag-key", Object.keys(tags)) &&
          starts("tag-value", Object.values(tags)),
      );
      return paged(
        match.map(([name, { arn, tags }]) => ({ name, arn, tags })),
        nextToken,
        100,
      );
    },
    async describeSecret(id, options) {
      await enter("describeSecret", [id], options);
      const found = secretNamed(id);
      if (found === undefined) {
        throw awsError("notFound", "Secrets Manager can't find the specified secret.", true);
      }
      const [name, { arn, tags, deletedDate }] = found;
      return { arn, name, tags, versionIdsToStages: {}, ...(deletedDate === undefined ? {} : { deletedDate }) };
    },
    close() {
      fake.closed = true;
    },
  };
  return fake;
}

function takenApart(asked: string): { readonly bare: string; readonly selector?: string } {
  const cut = asked.indexOf(":", asked.startsWith("arn:") ? asked.indexOf("parameter/") : 0);
  return cut === -1 ? { bare: asked } : { bare: asked.slice(0, cut), selector: asked.slice(cut + 1) };
}

function parameterAnswer(
  asked: { readonly name: string; readonly arn: string; readonly selector?: string },
  { labels, version: latest, value, type, lastModified }: FakeParameter,
): ParameterAnswer | undefined {
  const { selector } = asked;
  const version = selector === undefined ? latest : (labels[selector] ?? Number(selector));
  if (!(version >= 1 && version <= latest)) {
    return undefined;
  }
  return {
    ...asked,
    ...(selector === undefined ? {} : { selector: `:${selector}` }),
    type,
    value: version === latest ? value : `${value} at ${version}`,
    version,
    lastModified,
  };
}
