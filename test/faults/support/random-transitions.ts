import fc from "fast-check";

// Specs and worlds for "there and back again" (A, B, A). Names are of one case, so that many run side by side.

/** Which policy a target has, and what stands under the names that it may take. */
export interface TransitionCase {
  readonly first: Spec;
  readonly second: Spec;
  readonly world: World;
}

/** By the address of an object, `Secret/x`: it is somebody else's. What is not named is not there. */
export type World = Readonly<Record<string, Foreign>>;

export interface Foreign {
  /** It has a key that the specs may write, too. */
  readonly contested: boolean;
  /** Another ExternalValue merges a key of its own into it. */
  readonly neighbour: boolean;
}

export interface Block {
  readonly name: "x" | "y";
  readonly creationPolicy: "Owner" | "Orphan" | "Merge" | "CreateOrMerge";
  readonly deletionPolicy: "Retain" | "Prune" | "Delete";
  readonly immutable: boolean;
  readonly type?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly template?: { readonly data: Readonly<Record<string, string>>; readonly mergePolicy: "Merge" | "Replace" };
}

export interface Spec {
  readonly secret?: Block;
  readonly configMap?: Block;
  readonly rows: readonly Row[];
  readonly find?: { readonly to: "Secret" | "ByType"; readonly format: "Relative" | "Env" | "Full" };
}

/** A key, by the name of its parameter: `a` and `b` are Strings, `s` is a SecureString, `absent` is not there. */
export interface Row {
  readonly key: string;
  readonly parameter: "a" | "b" | "s" | "absent";
  readonly to: "Secret" | "ConfigMap";
  readonly optional: boolean;
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const metadata = fc.dictionary(fc.constantFrom("app", "tier"), fc.constantFrom("one", "two", "{{ A }}"), {
  maxKeys: 2,
});

const block = fc.record({
  name: fc.constantFrom("x" as const, "y" as const),
  creationPolicy: fc.constantFrom("Owner" as const, "Orphan" as const, "Merge" as const, "CreateOrMerge" as const),
  deletionPolicy: fc.constantFrom("Retain" as const, "Prune" as const, "Delete" as const),
  immutable: fc.boolean(),
  type: maybe(fc.constant("example.com/typed")),
  labels: metadata,
  annotations: metadata,
  template: maybe(
    fc.record({
      data: fc.constantFrom<Readonly<Record<string, string>>>(
        { URL: "db://{{ A | url_encode }}" },
        { A: "again {{ A }}" },
      ),
      mergePolicy: fc.constantFrom("Merge" as const, "Replace" as const),
    }),
  ),
});

const to = fc.constantFrom("Secret" as const, "ConfigMap" as const);

/** Key `A` is always there: templates name it. `Z` may not be there, and is required only where it is allowed to fail. */
const rows = (mayFail: boolean) =>
  fc
    .tuple(to, maybe(to), maybe(fc.constant("Secret" as const)), maybe(fc.tuple(to, fc.boolean())))
    .map(([a, b, s, z]): readonly Row[] => [
      { key: "A", parameter: "a", to: a, optional: false },
      ...(b ? [{ key: "B", parameter: "b", to: b, optional: false } as const] : []),
      ...(s ? [{ key: "S", parameter: "s", to: s, optional: true } as const] : []),
      ...(z ? [{ key: "Z", parameter: "absent", to: z[0], optional: !mayFail || z[1] } as const] : []),
    ]);

const spec = (mayFail: boolean): fc.Arbitrary<Spec> =>
  fc
    .record({
      secret: block,
      configMap: block,
      rows: rows(mayFail),
      find: maybe(
        fc.record({
          to: fc.constantFrom("Secret" as const, "ByType" as const),
          format: fc.constantFrom("Relative" as const, "Env" as const, "Full" as const),
        }),
      ),
    })
    .map(({ secret, configMap, rows: keys, find }) => {
      const kinds = new Set([...keys.map((row) => row.to), ...(find ? ["Secret"] : [])]);
      if (find?.to === "ByType") kinds.add("ConfigMap");
      return {
        ...(kinds.has("Secret") ? { secret: sound(secret) } : {}),
        ...(kinds.has("ConfigMap") ? { configMap: sound({ ...configMap, type: undefined }) } : {}),
        rows: keys,
        ...(find ? { find } : {}),
      };
    });

/** What the API refuses, or cannot undo, is not asked for: see api.md, "Deleting". */
function sound({ template, type, ...fields }: RawBlock): Block {
  const merges = fields.creationPolicy === "Merge" || fields.creationPolicy === "CreateOrMerge";
  return {
    ...fields,
    deletionPolicy: merges && fields.deletionPolicy === "Delete" ? "Retain" : fields.deletionPolicy,
    immutable: fields.immutable && fields.creationPolicy === "Owner",
    ...(type !== undefined && fields.creationPolicy === "Owner" ? { type } : {}),
    ...(template ? { template } : {}),
  };
}

type RawBlock = Omit<Block, "template" | "type"> & {
  readonly template: Block["template"] | undefined;
  readonly type: string | undefined;
};

const foreign = fc.record({ contested: fc.boolean(), neighbour: fc.boolean() });
const world: fc.Arbitrary<World> = fc
  .tuple(maybe(foreign), maybe(foreign), maybe(foreign), maybe(foreign))
  .map((objects) =>
    Object.fromEntries(
      ["Secret/x", "Secret/y", "ConfigMap/x", "ConfigMap/y"].flatMap((address, index) => {
        const object = objects[index];
        return object ? [[address, object] as const] : [];
      }),
    ),
  );

/** A spec that can be served, one that perhaps cannot, and a world in which either may meet what is foreign. */
export const transitionCase: fc.Arbitrary<TransitionCase> = fc
  .record({ first: spec(false), second: spec(true), world, asItIs: fc.nat(7) })
  .map(({ first, second, world: objects, asItIs }) => ({
    first,
    second: {
      ...second,
      ...(second.secret ? { secret: withoutReturn(second.secret, first.secret) } : {}),
      ...(second.configMap ? { configMap: withoutReturn(second.configMap, first.configMap) } : {}),
    },
    world: asItIs === 0 ? objects : fitting(objects, first),
  }));

/** Most often the first spec can be served: what it merges into is there, what it makes is nobody else's. */
function fitting(objects: World, { secret, configMap }: Spec): World {
  const world = new Map(Object.entries(objects));
  for (const [kind, target] of Object.entries({ Secret: secret, ConfigMap: configMap })) {
    const address = `${kind}/${target?.name}`;
    if (target?.creationPolicy === "Owner" || target?.creationPolicy === "Orphan") world.delete(address);
    if (target?.creationPolicy === "Merge" && !world.has(address)) {
      world.set(address, { contested: true, neighbour: false });
    }
  }
  return Object.fromEntries(world);
}

/** A type or `immutable` cannot be taken back from an object that the first spec does not own. */
function withoutReturn(second: Block, first: Block | undefined): Block {
  if (first === undefined || first.name !== second.name || first.creationPolicy === "Owner") return second;
  const { type: _, ...block } = second;
  return { ...block, immutable: false };
}
