import { encodingFilters } from "./encoding.ts";
import type { FilterFunction } from "./filter.ts";
import { hashFilters } from "./hashing.ts";
import { pemFilters } from "./pem.ts";
import { pkcs12Filters } from "./pkcs12.ts";
import { structureFilters } from "./structure.ts";
import { textFilters } from "./text.ts";

/** Our filters by name, besides those of Liquid that stay. */
export const filters: ReadonlyMap<string, FilterFunction> = new Map([
  ...encodingFilters,
  ...structureFilters,
  ...textFilters,
  ...hashFilters,
  ...pemFilters,
  ...pkcs12Filters,
]);
