// What a message says. `type` tells the forms apart; each has one name on the wire (see `wire/content.ts`).

/** Plain text; the only content whose length the reader sees. At most what the server takes in one message. */
export interface TextContent {
  readonly type: 'text';
  readonly text: string;
}

/** What is known of an uploaded file. `url` is a signed link that ends; ask for a fresh one with `client.files.link`. */
export interface FileReference {
  readonly url: string;
  readonly name: string;
  /** In bytes; 0 if unknown. */
  readonly size: number;
  readonly mimeType: string;
}

/** A picture. `width` and `height` are in pixels, as it is to be shown. */
export interface ImageContent extends FileReference {
  readonly type: 'image';
  readonly thumbnail?: string;
  readonly width?: number;
  readonly height?: number;
}

/** Any file that is to be downloaded. */
export interface FileContent extends FileReference {
  readonly type: 'file';
}

/** Recorded or uploaded sound. */
export interface AudioContent extends FileReference {
  readonly type: 'audio';
  readonly durationMs?: number;
}

/** A film. */
export interface VideoContent extends FileReference {
  readonly type: 'video';
  readonly poster?: string;
  readonly durationMs?: number;
}

/** An answer to an earlier message, with as much of it as the reader needs. */
export interface QuoteContent {
  readonly type: 'quote';
  readonly text: string;
  readonly quoted: {
    readonly id: string;
    readonly sender: string;
    readonly text: string;
    readonly at?: number;
  };
}

/** What becomes of an order card; all but `pending` are final. */
export type OrderCardStatus = 'pending' | 'paid' | 'cancelled' | 'expired';

/** An offer that must be paid before `expiresAt`. */
export interface OrderCardContent {
  readonly type: 'order-card';
  /** The card's number; 0 until the server has given one. */
  readonly id: number;
  readonly name: string;
  /** A decimal number as text, in the shop's currency. */
  readonly price: string;
  readonly status: OrderCardStatus;
  /** Milliseconds since 1970 by the server's clock; null until the server has said it. */
  readonly expiresAt: number | null;
  /** When sent by an agent: how long the offer stands, in seconds. */
  readonly countdownSeconds?: number;
  /** Everything else that the card carries, as it came. */
  readonly more: Readonly<Record<string, unknown>>;
}

/** A job offer. */
export interface JobCardContent {
  readonly type: 'job-card';
  readonly id: string;
  readonly title: string;
  readonly salary?: string;
  readonly company?: string;
  readonly location?: string;
  readonly tags: readonly string[];
  readonly more: Readonly<Record<string, unknown>>;
}

/** Something the shop sells. */
export interface ProductContent {
  readonly type: 'product';
  readonly id: string;
  readonly title: string;
  readonly image?: string;
  readonly description?: string;
  readonly price?: string;
  readonly url?: string;
  readonly tags: readonly string[];
}

/** An order of the shop, for the eyes of the agent. */
export interface OrderContent {
  readonly type: 'order';
  readonly id: string;
  readonly status: string;
  readonly total?: string;
  readonly at?: string;
  readonly more: Readonly<Record<string, unknown>>;
}

/** Something to read elsewhere: an article of the knowledge base, or a link with a preview. */
export interface ArticleContent {
  readonly type: 'article' | 'link';
  readonly title: string;
  readonly summary?: string;
  readonly image?: string;
  readonly url: string;
}

/** A place on earth, in degrees. */
export interface LocationContent {
  readonly type: 'location';
  readonly latitude: number;
  readonly longitude: number;
  readonly label: string;
}

/** Quick replies: the reader picks one or more, which is sent back as text. */
export interface ChoiceContent {
  readonly type: 'choice';
  readonly text: string;
  readonly multiple: boolean;
  readonly options: readonly { readonly id: string; readonly title: string; readonly disabled: boolean }[];
}

/** A question that the desk has an answer for. */
export interface Faq {
  readonly id: string;
  readonly question: string;
  readonly answer: string;
}

/** The first words of the desk, with questions to choose from. */
export interface WelcomeContent {
  readonly type: 'welcome';
  readonly text: string;
  readonly faqs: readonly Faq[];
}

/** The conversation waits. */
export interface QueueContent {
  readonly type: 'queue';
  readonly text: string;
  /** From 1 on. */
  readonly position: number;
  readonly size: number;
  readonly waitSeconds: number;
}

/** What a robot says; more may follow under the same message while `streaming`. */
export interface RobotContent {
  readonly type: 'robot';
  readonly text: string;
  readonly streaming: boolean;
  /** How it has come to that, if the robot tells. */
  readonly reasoning?: string;
  /** Where it has that from, as the robot tells: mostly `title` and `url`. */
  readonly sources?: readonly Readonly<Record<string, unknown>>[];
  /** It was cut off: there would have been more. */
  readonly interrupted?: boolean;
}

/** The visitor is asked for a rating. */
export interface RateInviteContent {
  readonly type: 'rate-invite';
  readonly text: string;
}

/** The visitor has rated. */
export interface RatingContent extends Rating {
  readonly type: 'rating';
}

/** A left message, for when nobody is there. */
export interface LeftMessageContent extends LeftMessage {
  readonly type: 'left-message';
}

/** How content the visitor is. */
export interface Rating {
  /** 1 to 5. */
  readonly score: number;
  readonly resolved?: boolean;
  /** In the visitor's words, at most 4096 bytes. */
  readonly text?: string;
}

/** What a visitor leaves for later: at most 8192 bytes of text and 9 images. */
export interface LeftMessage {
  readonly text: string;
  readonly name?: string;
  readonly contact?: string;
  readonly category?: string;
  readonly images?: readonly string[];
}

/** A line of the desk about the conversation itself; `event` is the type on the wire, as `TRANSFER_ACCEPT`. */
export interface EventContent {
  readonly type: 'event';
  readonly event: string;
  readonly text: string;
  /** What else it carries: the colleague of a transfer, the status it asks for … */
  readonly data: Readonly<Record<string, unknown>>;
}

/** A type of message that this SDK does not know; shown as its text, or not at all. */
export interface CustomContent {
  readonly type: 'custom';
  readonly wireType: string;
  readonly content: unknown;
}

/** Everything a message can say. */
export type Content =
  | TextContent
  | ImageContent
  | FileContent
  | AudioContent
  | VideoContent
  | QuoteContent
  | OrderCardContent
  | JobCardContent
  | ProductContent
  | OrderContent
  | ArticleContent
  | LocationContent
  | ChoiceContent
  | WelcomeContent
  | QueueContent
  | RobotContent
  | RateInviteContent
  | RatingContent
  | LeftMessageContent
  | EventContent
  | CustomContent;

/** What people may say. */
export type Outgoing =
  | TextContent
  | ImageContent
  | FileContent
  | AudioContent
  | VideoContent
  | QuoteContent
  | (Pick<OrderCardContent, 'type' | 'name' | 'price'> & Partial<OrderCardContent>)
  | JobCardContent
  | ProductContent
  | OrderContent
  | ArticleContent
  | LocationContent
  | ChoiceContent
  | CustomContent;
