/** Marks every object that the operator writes to; targets are watched by it, as metadata. */
export const managedLabel = "externalvalues.dev/managed";

/** Counts changes of data; written in the same apply as the data. */
export const dataVersionAnnotation = "externalvalues.dev/data-version";

/** The ExternalValue that made an object it does not own by reference (Orphan), so that it knows it again. */
export const createdByAnnotation = "externalvalues.dev/created-by";

/** On an object that nobody controls: the ExternalValue that may take it over. */
export const adoptAnnotation = "externalvalues.dev/adopt";

/**
 * On an ExternalValue of a ClusterExternalValue: a hash of what it was last written from, so that a label that is asked for
 * no longer is seen, although the label alone does not tell whose it is.
 */
export const templateHashAnnotation = "externalvalues.dev/template-hash";

/** On an ExternalValue: a new value asks for a read now. */
export const refreshAnnotation = "externalvalues.dev/refresh";

/** Field managers of this operator all begin so. */
export const fieldManagerPrefix = "external-values/";
