// The other tabs of this browser: one leads, all know what was read in one, and what a closed one has left is inherited.

import type { OtherTabs } from '../types.js';
import { object, text } from '../wire/json.js';

export { browserTabs } from './browser-tabs.js';

/** What a tab is told. */
export interface TabsHost {
  /** This tab leads from now on. */
  lead(): void;
  /** Another tab has read a conversation so far. */
  readElsewhere(topic: string, seq: number): void;
  /** A tab that had queued something is closed, and we lead: what is left of it is ours. */
  inherit(tab: string): void;
}

/** This tab among the others. */
export class Tabs {
  readonly #others: OtherTabs;
  readonly #id: string;
  readonly #host: TabsHost;
  readonly #stops: (() => void)[];
  readonly #watched = new Set<string>();
  #leading = false;

  /** `id` names this tab. */
  constructor(others: OtherTabs, id: string, host: TabsHost) {
    this.#others = others;
    this.#id = id;
    this.#host = host;
    this.#stops = [
      // Ours as long as the page lives: whoever gets it after us knows that we are gone.
      others.lock(id, () => undefined),
      others.lock('leader', () => {
        this.#leading = true;
        host.lead();
      }),
      others.listen((message) => {
        const { kind, topic, seq, tab } = object(message);
        if (kind === 'read') {
          host.readElsewhere(text(topic), Number(seq));
        } else if (kind === 'queued') {
          this.watch(text(tab));
        }
      }),
    ];
  }

  get leading(): boolean {
    return this.#leading;
  }

  /** This tab has read a conversation so far. */
  readHere(topic: string, seq: number): void {
    this.#others.post({ kind: 'read', topic, seq });
  }

  /** This tab has queued something: the leader sees to it if we cannot. */
  queued(): void {
    this.#others.post({ kind: 'queued', tab: this.#id });
  }

  /** As the leader, waits for the end of another tab that has something queued. */
  watch(tab: string): void {
    if (this.#leading && tab !== this.#id && !this.#watched.has(tab)) {
      this.#watched.add(tab);
      this.#stops.push(this.#others.lock(tab, () => this.#host.inherit(tab)));
    }
  }

  close(): void {
    this.#stops.forEach((stop) => stop());
  }
}
