// Ratings as they are found in what was said, and their figures.

import type { Found, Rating, SearchQuery } from '@deskwire/sdk';

const DAY_MS = 86_400_000;

/** A rating with where it was given. */
export interface GivenRating {
  readonly id: string;
  readonly topic: string;
  readonly at: number;
  readonly by: string;
  readonly rating: Rating;
}

/** Which ratings are wanted: of whose conversations, by uid, and on which days, as `yyyy-MM-dd`. Empty is any. */
export interface RatingForm {
  readonly agent: string;
  readonly since: string;
  readonly until: string;
}

/** The search that finds them, the newest first. */
export const queryOf = ({ agent, since, until }: RatingForm): SearchQuery => ({
  types: ['RATE_SUBMIT'],
  order: 'newest',
  size: 50,
  ...(agent && { agent }),
  ...(since && { since: Date.parse(`${since}T00:00`) }),
  // The last day counts as a whole.
  ...(until && { until: Date.parse(`${until}T00:00`) + DAY_MS }),
});

/** The ratings among what was found. */
export const ratingsIn = (found: readonly Found[]): readonly GivenRating[] =>
  found.flatMap(({ message: { id, topic, at, sender, content } }) =>
    content.type === 'rating' ? [{ id, topic, at, by: sender.name, rating: content }] : [],
  );

/** Mean of the scores, and the share of 4 and 5; 0 without ratings. */
export function summaryOf(given: readonly GivenRating[]): {
  readonly mean: number;
  readonly satisfied: number;
} {
  const count = given.length || 1;
  const sum = given.reduce((total, { rating }) => total + rating.score, 0);
  const satisfied = given.filter(({ rating }) => rating.score >= 4).length;
  return { mean: sum / count, satisfied: satisfied / count };
}

/** How often each score was given, the best first; `share` of the most frequent. */
export function spreadOf(
  given: readonly GivenRating[],
): readonly { readonly score: number; readonly count: number; readonly share: number }[] {
  const counts = [5, 4, 3, 2, 1].map((score) => ({
    score,
    count: given.filter(({ rating }) => rating.score === score).length,
  }));
  const most = Math.max(1, ...counts.map(({ count }) => count));
  return counts.map((row) => ({ ...row, share: row.count / most }));
}
