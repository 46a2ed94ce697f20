import type { StoreModel } from "../../api/store-model.ts";

/** A store, and where it is at home: plain names are names there. */
export interface AccessScope {
  readonly store: StoreModel;
  /** The store's region, or the operator's where the store names none. */
  readonly region: string;
  /** The account of the store's identity. Undefined while it is not known: an ARN then needs a pattern that is an ARN. */
  readonly account?: string;
}

/** The namespace of the resource that reads. */
export interface AccessNamespace {
  readonly name: string;
  /** Undefined while they are not known: no rule with a selector fits then. */
  readonly labels: Readonly<Record<string, string>> | undefined;
}
