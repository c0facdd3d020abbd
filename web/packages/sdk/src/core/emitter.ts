// Typed events.

/** Tells listeners, in the order they came. One that throws does not keep the others from being told. */
export class Emitter<Events> {
  readonly #listeners = new Map<keyof Events, Set<(value: never) => void>>();

  /** Returns how to stop listening. */
  on<K extends keyof Events>(event: K, listener: (value: Events[K]) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  emit<K extends keyof Events>(event: K, value: Events[K]): void {
    for (const listener of [...(this.#listeners.get(event) ?? [])] as ((value: Events[K]) => void)[]) {
      callSafely(() => listener(value));
    }
  }
}

/** Runs what the page gave us; its mistakes are reported as those of the page, and do not stop us. */
export function callSafely(callback: () => void): void {
  try {
    callback();
  } catch (error) {
    void Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}
