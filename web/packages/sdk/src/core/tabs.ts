// The other tabs of this browser: one leads, and all know what was read in one.

import type { Runtime } from '../types.js';
import { object, text } from '../wire/json.js';
import { newId } from './uuid.js';

/** What a tab is told. */
export interface TabsHost {
  /** This tab leads from now on. */
  lead(): void;
  /** Another tab has read a conversation so far. */
  readElsewhere(topic: string, seq: number): void;
}

/** This tab among the others. */
export class Tabs {
  readonly #runtime: Runtime;
  readonly #id = newId(0);
  readonly #stops: (() => void)[];
  #leading = false;

  constructor(runtime: Runtime, host: TabsHost) {
    this.#runtime = runtime;
    this.#stops = [
      runtime.tabs.listen((message) => {
        const { kind, topic, seq, tab } = object(message);
        if (kind === 'read' && tab !== this.#id) {
          host.readElsewhere(text(topic), Number(seq));
        }
      }),
      runtime.election(() => {
        this.#leading = true;
        host.lead();
      }),
    ];
  }

  get leading(): boolean {
    return this.#leading;
  }

  /** This tab has read a conversation so far. */
  readHere(topic: string, seq: number): void {
    this.#runtime.tabs.post({ kind: 'read', topic, seq, tab: this.#id });
  }

  close(): void {
    this.#stops.forEach((stop) => stop());
  }
}
