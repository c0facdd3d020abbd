// What agents, supervisors and administrators do: lists that stay up to date, and thin calls to the HTTP API.

import type { ConversationSummary } from './client.js';
import type { Content, Outgoing } from './content.js';
import type { ConversationStatus, Offer } from './conversation.js';
import type { ChatMessage, Person } from './message.js';

/** Whether an agent takes conversations. */
export type SeatStatus = 'AVAILABLE' | 'BUSY' | 'AWAY' | 'REST' | 'OFFLINE';

/** What an agent may do. */
export type AgentRole = 'AGENT' | 'SUPERVISOR' | 'ADMIN';

/** An agent, as the server knows it. */
export interface AgentProfile {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly avatar: string;
  readonly role: AgentRole;
  readonly seat: SeatStatus;
  readonly organisation: string;
}

/** A colleague's seat, as it was told last. */
export interface Seat {
  readonly id: string;
  readonly name: string;
  readonly status: SeatStatus;
  readonly online: boolean;
  /** Online and AVAILABLE. */
  readonly available: boolean;
}

/** A row of the inbox, kept up to date. */
export interface DeskThread extends ConversationSummary {
  readonly typing: boolean;
  /** What the visitor is writing. */
  readonly preview: string;
  /** A transfer or an invitation that nobody has answered yet. */
  readonly offer: Offer | null;
  readonly lastMine: boolean;
}

/** A picture of the desk at one moment. Unchanged rows are the same objects as before. */
export interface DeskView {
  /** The lists have been read since we are connected. */
  readonly loaded: boolean;
  /** Ours and those we are offered, the newest entry first. */
  readonly threads: readonly DeskThread[];
  /** Who waits for our services, the longest first. */
  readonly queue: readonly DeskThread[];
  readonly unread: number;
  readonly profile: AgentProfile | null;
  readonly seats: readonly Seat[];
}

/** Whom a conversation is passed on to: one of them. */
export type Receiver = { readonly agent: string } | { readonly workgroup: string };

/** Where a left message stands. */
export type LeftMessageStatus =
  'SUBMIT' | 'READ' | 'TRANSFERRED' | 'REPLIED' | 'CONFIRMED' | 'REJECTED' | 'CLOSED' | 'SPAM';

/** A left message of the inbox. */
export interface LeftMessageRow {
  readonly uid: string;
  readonly status: LeftMessageStatus;
  readonly name: string;
  readonly contact: string;
  readonly text: string;
  readonly category: string;
  readonly images: readonly string[];
  readonly reply: string;
  readonly visitor: string;
  readonly service: string;
  readonly agent: string | null;
  readonly topic: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** A page of a list, from 0. */
export interface Page<T> {
  readonly rows: readonly T[];
  readonly page: number;
  readonly total: number;
  readonly last: boolean;
}

/** An answer that is kept ready; in a text `{visitor}` and the like stand for what is filled in. */
export interface CannedReply {
  readonly uid: string;
  readonly shortcut: string;
  readonly title: string;
  /** What it says, as text. */
  readonly text: string;
  /** What is sent: a text, or a card. */
  readonly content: Content;
  /** Of the agent itself, of a workgroup, of all. */
  readonly scope: 'AGENT' | 'WORKGROUP' | 'ORGANIZATION';
  /** uid of whose it is. */
  readonly owner: string;
}

/** A canned reply as it is written; without a uid it is a new one, whose scope cannot be changed later. */
export interface CannedReplyDraft extends Pick<CannedReply, 'shortcut' | 'title'> {
  readonly uid?: string;
  readonly content: Outgoing;
  readonly scope?: CannedReply['scope'];
  /** The workgroup, where one is meant. */
  readonly workgroup?: string;
}

/** One row of a report; see "Reports" in the protocol reference for the counters. */
export interface ReportRow {
  readonly time?: string;
  readonly workgroup?: string;
  readonly agent?: string;
  readonly [counter: string]: string | number | null | undefined;
}

/** What a report is about. Times are milliseconds since 1970 or ISO 8601; the last day if missing. */
export interface ReportQuery {
  readonly from?: number | string;
  readonly to?: number | string;
  readonly groupBy?: readonly ('hour' | 'day' | 'workgroup' | 'agent')[];
  readonly workgroup?: string;
  readonly agent?: string;
}

/** The inbox of left messages. */
export interface LeftMessages {
  /** A page of them, from 0, the newest first. @throws ChatError */
  list(query?: { status?: LeftMessageStatus; page?: number; size?: number }): Promise<Page<LeftMessageRow>>;
  /** How many nobody has answered. @throws ChatError */
  pending(): Promise<number>;
  /** Marks one as read. @throws ChatError */
  read(uid: string): Promise<LeftMessageRow>;
  /** Answers; the visitor finds it in its conversation. @throws ChatError */
  reply(uid: string, text: string): Promise<LeftMessageRow>;
  /** Hands one on to an agent or a workgroup, by uid. @throws ChatError */
  transfer(uid: string, receiver: string): Promise<LeftMessageRow>;
  /** Nothing is left to do about it. @throws ChatError */
  close(uid: string): Promise<LeftMessageRow>;
  /** Marks one as spam. @throws ChatError */
  spam(uid: string): Promise<LeftMessageRow>;
}

/** What is kept ready to be said. */
export interface CannedReplies {
  /** Those that we may use; for supervisors also those of any `workgroup`. @throws ChatError */
  list(workgroup?: string): Promise<readonly CannedReply[]>;
  /** Makes one, or changes the one with its uid. @throws ChatError */
  save(reply: CannedReplyDraft): Promise<CannedReply>;
  /** Forgets one. @throws ChatError */
  remove(uid: string): Promise<void>;
}

/** What supervisors do beyond agents. */
export interface Supervision {
  /** Conversations of the organisation in a status, or all that are not closed. @throws ChatError */
  threads(status?: ConversationStatus): Promise<readonly ConversationSummary[]>;
  /** A page of those that are over, from 0, the newest first. @throws ChatError */
  closed(page: number): Promise<Page<ConversationSummary>>;
  /** Takes a conversation, whoever has it. @throws ChatError */
  takeOver(topic: string): Promise<void>;
  /** Follows a conversation unseen, or no more. @throws ChatError */
  watch(topic: string, on: boolean): Promise<void>;
  /** Figures in the groups that `query` asks for. @throws ChatError */
  report(query: ReportQuery): Promise<readonly ReportRow[]>;
  /** The same as a file. @throws ChatError */
  reportCsv(query: ReportQuery): Promise<Blob>;
  /** How routing sees a workgroup at this moment. @throws ChatError */
  routing(workgroup: string): Promise<RoutingState>;
}

/** A workgroup at this moment. */
export interface RoutingState {
  readonly routing: string;
  readonly open: boolean;
  readonly waiting: number;
  readonly agents: readonly {
    readonly uid: string;
    readonly ready: boolean;
    readonly chatting: number;
    readonly capacity: number;
    readonly weight: number;
    readonly lastAssigned: number | null;
    readonly responseMs: number | null;
  }[];
}

/** What agents do. Everything answers when the server has done it, and throws a `ChatError` if it refuses. */
export interface Desk {
  readonly view: DeskView;
  readonly leftMessages: LeftMessages;
  readonly canned: CannedReplies;
  readonly supervision: Supervision;
  /** Keeps the lists up to date while anybody listens. Returns how to stop. */
  subscribe(listener: (view: DeskView) => void): () => void;
  /** Reads the lists anew. */
  refresh(): Promise<void>;
  /** Says whether we take conversations. */
  setSeat(status: SeatStatus): Promise<AgentProfile>;
  /** Whether somebody is connected, and how often. */
  presence(uid: string): Promise<{ readonly online: boolean; readonly connections: number }>;
  /** Takes a conversation that waits. */
  accept(topic: string): Promise<ConversationSummary>;
  /** Takes the one that has waited longest; null if nobody waits. */
  takeNext(): Promise<ConversationSummary | null>;
  /** Ends a conversation; `text` is what the others read, the desk's words if missing. */
  close(topic: string, text?: string): Promise<void>;
  /** Offers the conversation to a colleague, or gives it to a workgroup. `note` goes to the notes, which no visitor sees. */
  transfer(topic: string, to: Receiver, note?: string): Promise<ChatMessage>;
  /** `offer` names the offer; it may be missing where there is one. */
  acceptTransfer(topic: string, offer?: string): Promise<void>;
  /** Turns an offer down: the conversation stays where it is. */
  rejectTransfer(topic: string, offer?: string): Promise<void>;
  /** Takes our own offer back. */
  cancelTransfer(topic: string, offer?: string): Promise<void>;
  /** Asks a colleague to help in a conversation that stays ours. `note` is for colleagues, as that of a transfer. */
  invite(topic: string, agent: string, note?: string): Promise<ChatMessage>;
  /** Comes to help. */
  acceptInvitation(topic: string, offer?: string): Promise<void>;
  /** Does not come to help. */
  rejectInvitation(topic: string, offer?: string): Promise<void>;
  /** Takes our own invitation back. */
  cancelInvitation(topic: string, offer?: string): Promise<void>;
  /** Helps no more. */
  leaveAsHelper(topic: string): Promise<void>;
  /** Sends a helper away. */
  removeHelper(topic: string, agent: string): Promise<void>;
  /** Asks the visitor for a rating, in the desk's words if `text` is missing. */
  inviteRating(topic: string, text?: string): Promise<void>;
  /** The topic of the notes of a conversation, which is a conversation for those at the desk only. */
  notesOf(topic: string): string;
  /** Writes a note. */
  note(topic: string, text: string): Promise<void>;
  /** The conversation as a file. */
  exportThread(uid: string, format: 'json' | 'text'): Promise<Blob>;
  /** Who has the conversation and who the visitor is, as the list shows it. */
  thread(topic: string): Promise<ConversationSummary>;
  /** The colleagues whose seats are known. */
  colleagues(): readonly Person[];
}
