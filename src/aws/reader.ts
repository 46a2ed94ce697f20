import type { SourceValue, ValueRef } from "../api/source.ts";
import type { Priority } from "./calls.ts";
import type { AwsError } from "./errors.ts";

/**
 * A reader belongs to one credential recipe in one region (architecture.md, "Identity first"): sharing, batching and
 * memory happen inside a reader and never across two.
 */
export interface Reader {
  readonly region: string;
  /** Stable for the recipe and region, safe for logs: names and ids, no key material. */
  readonly id: string;
  /** The newest known state of a ref; undefined before the first answer. Never makes a request. */
  peek(ref: ValueRef): Reading | undefined;
  /**
   * Readings of the refs, each with a good answer that began at or after `notBefore` (milliseconds of the injected
   * clock) or the failure to get one. What is held and fresh enough is not asked again; the rest goes through the
   * idle/max window, shared with all that ask at the time. `content: true` also reads again what is fresh but no longer
   * held in memory. Never rejects for a failed read; rejects with the signal's reason when aborted.
   */
  read(
    refs: readonly ValueRef[],
    options: {
      readonly notBefore: number;
      readonly content: boolean;
      readonly priority: Priority;
      readonly store: string;
      /** Who asks, as it subscribed: it is not told as well of the changes that this very read brings. */
      readonly subscriber?: string;
      /**
       * Names that a find brought before, as somebody remembers from before this process began, by `refKey`. One that no
       * list brings is looked at directly: what stands is a match still, and what cannot be read fails the find.
       */
      readonly former?: ReadonlyMap<string, readonly string[]>;
      readonly signal?: AbortSignal;
    },
  ): Promise<ReadonlyMap<string, Reading>>;
}

/** What is known of one ref. Keyed by `refKey(ref)`. */
export interface Reading {
  readonly ref: ValueRef;
  /** The last good answer. For a find: every match, sorted by name; for a single ref: one. */
  readonly good?: {
    readonly values: readonly SourceValue[];
    /** When the request that brought it began (clock milliseconds): the value is at least as fresh as that. */
    readonly at: number;
    /** From a failover region: a replica may lag. */
    readonly replicaRegion?: string;
  };
  /** The newest failure, where it is newer than `good`. */
  readonly failure?: {
    readonly error: AwsError;
    /** When the newest failed request began. */
    readonly at: number;
    /** When failures of this kind began without a good answer between. */
    readonly since: number;
  };
}

/** One thing a subscriber wants polled. */
export interface Want {
  readonly reader: Reader;
  readonly ref: ValueRef;
  /** Undefined: no timer (OnChange), held and told of changes only. */
  readonly intervalMs?: number;
  /** For metrics: the store through which it is asked. */
  readonly store: string;
  /**
   * For a find: which matches are worth keeping in memory; the rest is dropped page by page, so that 20,000 parameters
   * under one path fit. Called with the bare name.
   */
  readonly keep?: (name: string) => boolean;
  /**
   * Equal for two `keep` of one find that keep the same names; without it they count as different unless they are one
   * function. A find is read again when someone wants more than was kept, so subscribe first, then read.
   */
  readonly keepId?: string;
}

/** Subscribers are resources, named by a string of the caller's. */
export interface Subscriptions {
  /** Replaces what the subscriber wants. Values that nobody wants any more leave the memory. */
  subscribe(subscriber: string, wants: readonly Want[]): void;
  unsubscribe(subscriber: string): void;
}

/**
 * Told once per poll that brought something new to a subscriber: a version changed, a value came or went, reading began
 * to fail or recovered. A poll that brings what is known calls nobody.
 */
export type ChangeListener = (subscribers: ReadonlySet<string>) => void;
