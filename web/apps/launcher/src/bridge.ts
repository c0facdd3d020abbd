// What the host page and the panel in its iframe say to each other, over one MessageChannel.

/** Who the visitor is, in the words of the shop. What `signature` does not prove, agents see as unverified. */
export interface VisitorFields {
  readonly name?: string;
  /** A URL. */
  readonly avatar?: string;
  readonly email?: string;
  readonly phone?: string;
  /** The shop's own id of the visitor. */
  readonly id?: string;
  /** What the shop's server has signed with the secret of the channel: an HMAC of `id` in hexadecimal, or a JWT. */
  readonly signature?: string;
}

/** How the panel is to be. Everything may be missing if `channel` names settings that the server has. */
export interface PanelOptions {
  /** Names the settings of this shop or page at the server. A panel in a frame goes by its own address. */
  readonly channel?: string | undefined;
  readonly organisation?: string;
  /** Who answers: a workgroup or one agent, by uid. */
  readonly workgroup?: string;
  readonly agent?: string;
  readonly title?: string;
  readonly greeting?: string;
  readonly visitor?: VisitorFields;
  /** What the shop knows of the visit and tells the agent. */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
  readonly language?: 'zh-CN' | 'en';
  readonly theme?: 'light' | 'dark' | 'auto';
  /** The shop's colour as `#rrggbb`; text on it is chosen so that it can be read. */
  readonly brand?: string;
}

/** The page the visitor is on. */
export interface PageFacts {
  readonly url: string;
  readonly title: string;
  readonly referrer: string;
}

/** What events of the panel carry. */
export interface PanelEvents {
  /** The panel works. */
  ready: null;
  /** Messages that the visitor has not seen. */
  unread: number;
  /** Somebody else has said something; `text` is one line. */
  message: { readonly sender: string; readonly text: string };
  'conversation:start': { readonly topic: string };
  'conversation:end': { readonly topic: string };
  /** Who answers now. */
  agent: { readonly name: string; readonly avatar: string };
  /** The place in the queue, from 1 on; 0 when the waiting is over. */
  queue: number;
  rating: { readonly score: number };
  /** Whether somebody is there. */
  availability: boolean;
  error: { readonly code: string; readonly message: string };
}

/** From the page to the panel. `init` comes with the port; everything else over it. */
export type ToPanel =
  | {
      readonly do: 'init';
      readonly options: PanelOptions;
      readonly page: PageFacts;
      readonly shown: boolean;
      /** The panel covers the whole page, as on a phone. */
      readonly full: boolean;
      /** Settings of a channel to be looked at: the panel shows them, and talks to nobody. */
      readonly preview?: object;
    }
  | { readonly do: 'shown'; readonly shown: boolean; readonly full: boolean }
  | { readonly do: 'update'; readonly options: PanelOptions; readonly page: PageFacts }
  | { readonly do: 'send'; readonly text: string }
  | { readonly do: 'shutdown' };

/** From the panel to the page. */
export type FromPanel =
  | { [K in keyof PanelEvents]: { readonly on: K; readonly value: PanelEvents[K] } }[keyof PanelEvents]
  /** The visitor wants the panel away. */
  | { readonly do: 'close' }
  /** All data of the visitor are gone. */
  | { readonly do: 'forgotten' };
