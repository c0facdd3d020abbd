// Conversations to be reviewed: those that are over, or those that visitors have rated.

import type { ChatClient, Desk, Rating } from '@deskwire/sdk';

/** Which ones. */
export const reviewFilters = ['all', 'low', 'middle', 'high', 'comment'] as const;
export type ReviewFilter = (typeof reviewFilters)[number];

/** One of them. */
export interface ReviewRow {
  readonly topic: string;
  readonly name: string;
  readonly avatar: string;
  readonly text: string;
  readonly at: number;
  readonly rating: Rating | null;
}

/** Some of them, and how to go on: null at the end. */
export interface ReviewPart {
  readonly rows: readonly ReviewRow[];
  readonly next: string | null;
}

/** Whether a rating is one that the filter wants. */
export function fits(filter: ReviewFilter, { score, text }: Rating): boolean {
  return {
    all: true,
    low: score <= 2,
    middle: score === 3,
    high: score >= 4,
    comment: Boolean(text),
  }[filter];
}

/** Rows, behind those that `next` followed. @throws ChatError */
export async function readReview(
  client: ChatClient,
  desk: Desk,
  filter: ReviewFilter,
  next: string | null,
): Promise<ReviewPart> {
  return filter === 'all' ? closed(desk, Number(next ?? 0)) : rated(client, filter, next);
}

async function closed(desk: Desk, number: number): Promise<ReviewPart> {
  const { rows, last } = await desk.supervision.closed(number);
  return {
    rows: rows.map(({ topic, visitor, lastText, lastAt }) => ({
      topic,
      name: visitor.name,
      avatar: visitor.avatar,
      text: lastText,
      at: lastAt,
      rating: null,
    })),
    next: last ? null : String(number + 1),
  };
}

/** Ratings are messages, so a search finds them; of a conversation that was rated twice each counts. */
async function rated(client: ChatClient, filter: ReviewFilter, cursor: string | null): Promise<ReviewPart> {
  const page = await client.search({ types: ['RATE_SUBMIT'], size: 100, ...(cursor !== null && { cursor }) });
  const rows = page.found.flatMap(({ message }): readonly ReviewRow[] => {
    const { content, topic, sender, at } = message;
    return content.type === 'rating' && fits(filter, content)
      ? [{ topic, name: sender.name, avatar: sender.avatar, text: content.text ?? '', at, rating: content }]
      : [];
  });
  return { rows, next: page.next };
}
