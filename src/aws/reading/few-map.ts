/**
 * The part of a Map that is needed of those that mostly hold one entry and may hold thousands: a Map takes 200 bytes for
 * its first, and nearly each of fifty thousand values is wanted by one resource alone. A class, since closures over each
 * would take as much.
 */
export class FewMap<K, V> {
  /** The only entry, as long as there has never been a second beside it. */
  #key: K | undefined;
  #value: V | undefined;
  #all: Map<K, V> | undefined;
  #isEmpty = true;

  get size(): number {
    return this.#all?.size ?? (this.#isEmpty ? 0 : 1);
  }

  get(key: K): V | undefined {
    if (this.#all !== undefined) {
      return this.#all.get(key);
    }
    return this.#isEmpty || this.#key !== key ? undefined : this.#value;
  }

  set(key: K, value: V): void {
    if (this.#all === undefined && !this.#isEmpty && this.#key !== key) {
      this.#all = new Map([[this.#key as K, this.#value as V]]);
      this.#clear();
    }
    if (this.#all !== undefined) {
      this.#all.set(key, value);
      return;
    }
    this.#key = key;
    this.#value = value;
    this.#isEmpty = false;
  }

  delete(key: K): void {
    this.#all?.delete(key);
    if (this.#all === undefined && this.#key === key) {
      this.#clear();
    }
  }

  keys(): Iterable<K> {
    return this.#all?.keys() ?? (this.#isEmpty ? [] : [this.#key as K]);
  }

  values(): Iterable<V> {
    return this.#all?.values() ?? (this.#isEmpty ? [] : [this.#value as V]);
  }

  #clear(): void {
    this.#key = undefined;
    this.#value = undefined;
    this.#isEmpty = true;
  }
}
