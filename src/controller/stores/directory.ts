import type { Failure } from "../../api/conditions.ts";
import type { StoreRef } from "../../api/model.ts";
import type { SourceValue, ValueRef } from "../../api/source.ts";
import type { StoreModel } from "../../api/store-model.ts";
import type { AccessScope } from "../../aws/access/access-scope.ts";
import type { Reader } from "../../aws/reader.ts";

/** Where a reference to a store leads, for one namespace and one ref. */
export type Resolution =
  | {
      readonly kind: "ready";
      readonly store: StoreModel;
      readonly reader: Reader;
      /** Names identity and region, for the evidence that a value was there before. No key material. */
      readonly origin: string;
      /** What the access rules are checked against. */
      readonly scope: AccessScope;
    }
  /** `pending`: the store is being looked at for the first time, and what refers to it is queued again after that. */
  | { readonly kind: "failed"; readonly failure: Failure; readonly pending?: boolean }
  /** Served by an operator of another controller class. */
  | { readonly kind: "foreign" };

/** The stores as they are now. Answers at once, from what is watched. */
export interface StoreDirectory {
  /** Resolves the store and checks its access rules on what is asked. */
  resolve(ref: StoreRef, namespace: string, asked: ValueRef, subject: string): Resolution;
  /** Checks the access rules on what was returned; undefined: allowed. */
  checkReturned(
    resolution: Extract<Resolution, { kind: "ready" }>,
    namespace: string,
    value: SourceValue,
    subject: string,
  ): Failure | undefined;
  /** Changes whenever a resolution of this store may change. */
  revision(ref: StoreRef, namespace: string): string;
}
