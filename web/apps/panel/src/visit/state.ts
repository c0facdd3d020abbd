// Everything that the screens show, beside the conversation itself.

import type { ChatError, Conversation, ConversationStatus, ConversationSummary } from '@deskwire/sdk';
import type { Words } from '../texts/words.js';
import type { ChannelSettings } from './settings.js';

/** Which screen is shown. */
export type Screen = 'home' | 'choose' | 'thread' | 'history';

/** What the screens show. */
export interface VisitState {
  readonly phase: 'loading' | 'ready' | 'unreachable' | 'blocked';
  readonly screen: Screen;
  readonly settings: ChannelSettings;
  /** The visitor's language; null until it is loaded. */
  readonly words: Words | null;
  readonly conversation: Conversation | null;
  /** Newest first; null until they have been asked for. */
  readonly recent: readonly ConversationSummary[] | null;
  /** The panel is on the screen. */
  readonly shown: boolean;
  readonly full: boolean;
  readonly sound: boolean;
  /** Something is under way that the visitor waits for. */
  readonly busy: boolean;
  /** Why the last thing the visitor asked for did not work. */
  readonly problem: ChatError | null;
}

/** Whether a conversation goes on: the visitor comes back to it, and hears of it on every page. */
export const isRunning = (status: ConversationStatus): boolean =>
  status === 'new' || status === 'robot' || status === 'queuing' || status === 'chatting';
