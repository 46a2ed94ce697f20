/**
 * For so many milliseconds work may begin in one turn of the event loop, whoever shares it out: probes, watches, Leases and
 * people's edits live on the turns in between.
 */
export const sliceMs = 4;
