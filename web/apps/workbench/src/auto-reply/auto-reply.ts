// What is answered by itself.

import { client } from '../desk/client.js';

/** What is answered to some keywords. */
export interface KeywordRule {
  keywords: string[];
  /** Whether a message must say one of them and nothing else. */
  exact: boolean;
  content: string;
  type: string;
}

/** What an agent or a workgroup answers by itself; see "Answers by itself" in the protocol reference. */
export interface AutoReply {
  enabled: boolean;
  type: 'FIXED' | 'KEYWORD';
  content: string;
  rules: KeywordRule[];
  outsideHours: boolean;
  /** How long a rule that has answered is silent in a conversation, in seconds. */
  pauseS: number;
}

/** As many as the server takes. */
export const MOST_RULES = 50;

/** An empty rule. */
export function newRule(): KeywordRule {
  return { keywords: [], exact: false, content: '', type: 'TEXT' };
}

/** Keywords as people write them: commas of either script, or lines, between them. */
export function keywordsIn(written: string): string[] {
  const words = written.split(/[,，、;；\n]/).map((word) => word.trim());
  return [...new Set(words.filter(Boolean))];
}

/** What the agent `uid` answers by itself. @throws ChatError */
export async function readOwnAutoReply(uid: string): Promise<AutoReply> {
  const { autoReply } = await client.http.get<{ autoReply: AutoReply }>('/api/v1/settings/query', { uid });
  return autoReply;
}

/** Sets what we answer by ourselves. @throws ChatError */
export function writeOwnAutoReply(autoReply: AutoReply): Promise<AutoReply> {
  return client.http.post('/api/v1/agent/update/autoreply', autoReply);
}
