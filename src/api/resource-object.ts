export const group = "externalvalues.dev";
export const version = "v1alpha1";
export const apiVersion = `${group}/${version}`;

/** What all kinds of the group look like on the wire. */
export interface ResourceObject<Kind extends string, Spec, Status> {
  readonly apiVersion?: string;
  readonly kind?: Kind;
  readonly metadata: ResourceMetadata;
  readonly spec: Spec;
  readonly status?: Status;
}

/** The fields of `metadata` that this part reads. */
export interface ResourceMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}
